/*
 * settings.h - the settings of an experiment and of its groups of cells, with a row for each
 *
 * A row defines how a setting is typed, read, written and recorded. All code that handles settings
 * uses the rows: reading and writing .ini files; the options of `run`, `map` and `replay`, and
 * their --help, from which the man page and the completion follow; the arguments of a worker; the
 * keys of a record; the identity by which a run is resumed; the key of a block; and `timerbed list
 * settings`.
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

/* A type of value. setting_kinds.c defines the types, and each row of settings.c names one. */
struct setting_kind {
	/*
	 * Reads a value, as the user typed it, into the object: a struct group or a struct
	 * experiment. Returns 0, or -EINVAL, -ENOENT or -ENOMEM with one line in `error`
	 * (NAMES_ERROR_SIZE).
	 */
	int (*read)(const struct setting *setting, void *object, const char *value, char *error);

	/* Writes a value that `read` can read. Writes nothing if the setting is not set. */
	void (*write)(const struct setting *setting, const void *object, FILE *file);

	/*
	 * Returns the value for a record, or NULL if the setting is not set: then the record has no
	 * such key. The pointer is NULL if values of this kind are not recorded.
	 */
	json_t *(*record)(const struct setting *setting, const void *object);
};

struct setting {
	const char *key;    /* the name in .ini files */
	const char *option; /* the long option; NULL: the setting is only in .ini files */
	int letter;	    /* the short option; 0: none */
	const char *value;  /* the value's name in --help, as in "--reps N" */
	const char *help;   /* one line, without the default */
	const struct setting_kind *kind;
	size_t offset;		  /* offset of the member in the object */
	const char *fallback;	  /* the default, as typed; NULL: not set */
	double least, most;	  /* range of a number, inclusive */
	const char *const *words; /* the valid words, NULL-terminated; NULL: any value */

	/*
	 * If the command also names an .ini file, the option keeps only the cells that the words
	 * name. If the pointer is NULL, the option replaces the value in each group instead.
	 */
	int (*select)(struct experiment *experiment, const char *words, char *error);
	bool only_in_file; /* the option is refused if there is an .ini file */

	bool to_worker;	    /* a worker gets it; if passes read it, it is in struct cell_settings */
	const char *record; /* the key in records; NULL: not recorded */
	bool identifies;    /* different values mean different cells */
	const char *tag;    /* names the setting in a block's key; NULL: it is not in the key */
	bool not_written;   /* an .ini file that repeats the run does not have it */
};

/* The settings of a group, and those of an experiment. Each table ends with a row without a key. */
extern const struct setting group_settings[], experiment_settings[];

/*
 * These set one setting of a group or experiment, by its row or by its key. They return 0, or
 * -EINVAL, -ENOENT or -ENOMEM with one line in `error` (NAMES_ERROR_SIZE). For an unknown key the
 * line suggests a known one.
 */
int setting_read(const struct setting *setting, void *object, const char *value, char *error);
int settings_read(const struct setting *settings, void *object, const char *key, const char *value,
		  char *error);

/* Sets all settings that have a default to their default. */
void settings_set_defaults(const struct setting *settings, void *object);

/* Returns the value as text that the caller frees: "" if it is not set, NULL if memory runs out. */
char *setting_text(const struct setting *setting, const void *object);

/*
 * Writes the settings that are set as lines of an .ini file, except those that are `not_written`.
 * Long lists continue in lines that begin with a tab.
 */
void settings_write(const struct setting *settings, const void *object, FILE *file);

/* Sets the keys of a record that are settings. */
void settings_record(const struct group *group, json_t *record);

/*
 * Returns the settings that a block's key names, as an object with the key in records and the
 * default, as typed, of each. Records with different values of such a setting measured different
 * work. The result is a new reference, or NULL if memory runs out.
 */
json_t *settings_variants(void);

/* Writes the part of a block's key that names the group's settings. */
void settings_write_key(const struct group *group, FILE *file);

/* Returns the row of a group's setting with this key, which must exist. */
const struct setting *setting_find(const char *key);

#endif
