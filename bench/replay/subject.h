/*
 * subject.h - what a trace is replayed against
 *
 * A subject is a structure, a yardstick, an event loop or a library. Each family of subjects is one
 * file in bench/subjects. The file ends in the family's table, whose name is subject_ plus the
 * file's name, with '_' for '-'. A family has one subject (a yardstick) or many (all structures).
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "bench/replay/replay.h"

#define SUBJECT_NAME_SIZE  128
#define SUBJECT_ERROR_SIZE 256

enum dispatch {
	DISPATCH_VTABLE, /* calls through the structure's table, as event loops do */
	DISPATCH_INLINE, /* structure and replay loop compiled as one unit */
	DISPATCHES,
};

extern const char *const dispatch_words[DISPATCHES + 1];

/* Replays entries first..last-1 of the trace's stream. */
typedef void replay_function(struct replay *replay, uint64_t first, uint64_t last);

/* One way of calling a subject: its replay loop in every mode. */
struct replay_code {
	replay_function *mode[REPLAY_MODES];
};

struct subject_family;
struct event_setting; /* event_replay.h */

/* A subject that has been found by its name. It owns no memory, so it need not be freed. */
struct subject {
	const struct subject_family *family;
	char name[SUBJECT_NAME_SIZE]; /* as the user gave it */
	const char *target;	      /* the part of `name` after prefixes such as again: */
	const char *kind;	      /* "structure", "loop", "library", "control", ... */
	const char
		*library;  /* the version of the library that is measured; NULL for our own code */
	bool told_firings; /* gets the firings from the trace, so they are not checked */
	struct timer_accuracy accuracy;
	uint64_t most_timers;			    /* maximum sensible number; 0: no limit */
	const struct replay_code *code[DISPATCHES]; /* NULL: lacks that dispatch */
};

struct subject_family {
	const char *name;
	const char *summary;
	const char
		*explanation; /* a paragraph for `timerbed explain`; NULL: structures have theirs */

	/* Visits the family's names, each with its summary. */
	void (*list)(void (*visit)(const char *name, const char *summary, void *data), void *data);

	/*
	 * Visits the names of subjects that wrap others, such as lazy:quad-heap. NULL if the family
	 * has no such subjects.
	 */
	void (*list_wrapped)(void (*visit)(const char *name, const char *summary, void *data),
			     void *data);

	/*
	 * Fills in a subject whose name is set. Returns 0, -ENOENT if the name belongs to another
	 * family, or -EINVAL with a line in `error` if the options are wrong.
	 */
	int (*resolve)(struct subject *subject, char *error);

	/*
	 * open prepares the subject for the replay's trace. close undoes it. open returns 0,
	 * -ENOMEM, -ERANGE if the trace's times are finer than the subject's, -ENOTSUP if the
	 * subject's time cannot be simulated, or another negative errno.
	 */
	int (*open)(struct replay *replay);
	void (*close)(struct replay *replay);

	/* Fills in the functions that make and call an event loop. NULL for other subjects. */
	void (*loop)(const struct subject *subject, struct event_setting *setting);

	/*
	 * These return the bytes beside the objects, and a broken invariant or NULL. A pointer is
	 * NULL if the family does not provide the function.
	 */
	size_t (*footprint)(const struct replay *replay);
	const char *(*check)(const struct replay *replay);

	/*
	 * Returns the number of timers that are due now but have not fired, for subjects that may
	 * be late. The pointer is NULL if there never are such timers.
	 */
	uint64_t (*pending)(const struct replay *replay);
};

/* All families, NULL-terminated. Generated, as is the table below. */
extern const struct subject_family *const subject_families[];

/*
 * The inlined replay of each structure, and of each wrapped structure in
 * structures/wrappers/combinations ("lazy:quad-heap"). An entry without a name ends the table.
 */
struct structure_code {
	const char *name;
	const struct replay_code *inlined;
};
extern const struct structure_code structure_codes[];

/*
 * Finds a subject by name. Returns 0, or -ENOENT or -EINVAL with one line in `error`
 * (SUBJECT_ERROR_SIZE).
 */
int subject_find(const char *name, struct subject *subject, char *error);

/* Visits the names of all families, in the registry's order. */
void subject_list(void (*visit)(const char *name, const char *summary, void *data), void *data);

/*
 * Visits the names of all wrapped subjects. subject_list omits them, because they would double
 * every list.
 */
void subject_list_wrapped(void (*visit)(const char *name, const char *summary, void *data),
			  void *data);

/*
 * Opens a replay: allocates and zeroes an object for every id of the trace, `stride` (64 or 128)
 * bytes apart, and opens the subject. Returns 0, -ENOMEM or the error of the family's open. After
 * success the caller must call replay_close; after an error it must not. The caller keeps `subject`
 * and `trace` until then.
 */
int replay_open(struct replay *replay, const struct subject *subject, const struct trace *trace,
		unsigned stride);
void replay_close(struct replay *replay);

/* Allocates the buffer of REPLAY_COLD; replay_close frees it. Returns 0 or -ENOMEM. */
int replay_cold(struct replay *replay, uint32_t lines_per_operation);

#endif
