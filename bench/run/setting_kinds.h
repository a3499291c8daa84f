/*
 * setting_kinds.h - the types of values that settings have
 */
#ifndef SETTING_KINDS_H
#define SETTING_KINDS_H

#include "bench/run/settings.h"

/* For members of any object. The member's type is in brackets. */
extern const struct setting_kind setting_count;	   /* (uint64_t) */
extern const struct setting_kind setting_duration; /* (uint64_t, ns) TIMER_NEVER: not set */
extern const struct setting_kind setting_optional_duration; /* (uint64_t, ns) 0: not set */
extern const struct setting_kind setting_real;		    /* (double) */
extern const struct setting_kind setting_word;		    /* (int) the value's index in `words` */
extern const struct setting_kind setting_text_kind; /* (char[EXPERIMENT_LABEL]) "": not set */

/* For members of a group. */
extern const struct setting_kind setting_pass; /* (const struct pass *) */
extern const struct setting_kind setting_subjects, setting_workloads, setting_n; /* lists */
extern const struct setting_kind setting_axis;					 /* (struct axis) */
extern const struct setting_kind setting_dispatch;   /* (bool[DISPATCHES]) */
extern const struct setting_kind setting_replicates; /* (uint64_t), and drops the looks beyond it */
extern const struct setting_kind setting_looks;	     /* sets the looks and the replicates */

/* For members of an experiment. */
extern const struct setting_kind setting_name;	   /* (char[EXPERIMENT_LABEL]) a file's name */
extern const struct setting_kind setting_question; /* (char[EXPERIMENT_QUESTION]) cut at its end */

/* The characters that the names of files and folders may have. */
#define SETTING_FILE_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/*
 * Checks that a name can be that of a file or folder. Returns 0, or -EINVAL with a line in `error`.
 */
int setting_check_file_name(const char *what, const char *name, char *error);

#endif
