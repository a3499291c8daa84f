/*
 * settings.h - the settings of an experiment and of its groups of cells, one row each
 *
 * A row says how a setting is typed, read, written and recorded. Everything that handles settings
 * goes through the rows: the .ini files, in and out; the options of `run`, `map` and `replay` with
 * their --help; the man page and the completion, which follow from --help; the arguments of a
 * worker; the keys of a record; the identity by which a run is resumed; the key of a block; and
 * `timerbed list settings`.
 *
 * To add a setting, add a member to struct group (struct cell_settings if the worker needs it) and
 * a row to settings.c.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/run/experiment.h"

struct setting;

/* A type of value. Rows of settings.c name one; setting_kinds.c defines them. */
struct setting_kind {
	/*
	 * Reads a value as typed into the object: a struct group, or a struct experiment. 0, or
	 * -EINVAL / -ENOENT / -ENOMEM with one line in `error` (NAMES_ERROR_SIZE).
	 */
	int (*read)(const struct setting *setting, void *object, const char *value, char *error);

	/* Writes a value that `read` reads back. Nothing is written if the setting is not set. */
	void (*write)(const struct setting *setting, const void *object, FILE *file);

	/* The value for a record; NULL if values of this kind are not recorded. */
	json_t *(*record)(const struct setting *setting, const void *object);
};

struct setting {
	const char *key;    /* in .ini files, and as an option unless `option` says otherwise */
	const char *option; /* the long option; NULL: the setting stands only in .ini files */
	int letter;	    /* the short option; 0: none */
	const char *value;  /* the value's name in --help, as in "--reps N" */
	const char *help;   /* one line, without the default */
	const struct setting_kind *kind;
	size_t offset;		  /* of the member in the object */
	const char *fallback;	  /* the default as it would be typed; NULL: not set */
	double least, most;	  /* of a number, inclusive */
	const char *const *words; /* that a value may be, NULL-terminated; NULL: any value */

	/*
	 * Beside an .ini file the option selects cells: those that the words name stay. NULL: the
	 * option replaces the value in each group.
	 */
	int (*select)(struct experiment *experiment, const char *words, char *error);
	bool only_in_file; /* beside an .ini file the option is refused */

	bool to_worker;	    /* the worker is told; the member is in struct cell_settings */
	const char *record; /* the key in records; NULL: not recorded */
	bool identifies;    /* records of different values are not of one cell */
	const char *tag;  /* stands for the setting in a block's key; NULL: it is not in the key */
	bool not_written; /* an .ini that repeats the run does not have it */
};

/* The rows of a group's settings, and of an experiment's. Both end with a row without a key. */
extern const struct setting group_settings[], experiment_settings[];

/*
 * Sets one setting of a group or experiment, by its row or by its key. 0; or -EINVAL, -ENOENT or
 * -ENOMEM with one line in `error` (NAMES_ERROR_SIZE). For an unknown key the line suggests one.
 */
int setting_read(const struct setting *setting, void *object, const char *value, char *error);
int settings_read(const struct setting *settings, void *object, const char *key, const char *value,
		  char *error);

/* Sets all settings that have a default to it. */
void settings_set_defaults(const struct setting *settings, void *object);

/* The value as text that the caller frees; "" if it is not set. NULL without memory. */
char *setting_text(const struct setting *setting, const void *object);

/* Writes all settings as lines of an .ini file. Long lists go on in lines that begin with a tab. */
void settings_write(const struct setting *settings, const void *object, FILE *file);

/* Sets the keys of a record. */
void settings_record(const struct group *group, json_t *record);

/*
 * The settings that a block's key names, as an object: the key in records, and the default as it
 * would be typed. Records with different values of one of these are of different work. A new
 * reference; NULL without memory.
 */
json_t *settings_variants(void);

/* Writes the part of a block's key that names the group's settings. */
void settings_write_key(const struct group *group, FILE *file);

/* The row of a group's setting by its key; it must exist. */
const struct setting *setting_find(const char *key);

#endif
