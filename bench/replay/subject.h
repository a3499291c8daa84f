/*
 * subject.h - what a trace is replayed against
 *
 * A subject is a structure, a yardstick, an event loop or a library. A family of subjects is one
 * file in bench/subjects that ends in its table, named subject_ plus the file's name with '_' for
 * '-'. A family has one name (a yardstick) or many (all structures).
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "bench/replay/replay.h"

#define SUBJECT_NAME_SIZE  128
#define SUBJECT_ERROR_SIZE 256

enum dispatch {
	DISPATCH_VTABLE, /* each operation through the structure's table, as event loops do */
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

/* A subject that has been found by its name. Plain data; nothing to free. */
struct subject {
	const struct subject_family *family;
	char name[SUBJECT_NAME_SIZE]; /* as given */
	const char *target;	      /* in name: the part after prefixes such as again: */
	const char *kind;	      /* "structure", "loop", "library", "control", ... */
	const char
		*library;  /* the version of the library that is measured; NULL for our own code */
	bool told_firings; /* the trace tells it which timers fire, so its firings need no check */
	struct timer_accuracy accuracy;
	uint64_t most_timers;			    /* maximum sensible number of timers; 0: any */
	const struct replay_code *code[DISPATCHES]; /* NULL if it lacks that dispatch */
};

struct subject_family {
	const char *name;
	const char *summary;
	const char
		*explanation; /* a paragraph for `timerbed explain`; NULL: structures have theirs */

	/* Visits the family's names, each with its summary. */
	void (*list)(void (*visit)(const char *name, const char *summary, void *data), void *data);

	/*
	 * Visits the names of subjects that wrap others, such as lazy:quad-heap. NULL if there are
	 * none.
	 */
	void (*list_wrapped)(void (*visit)(const char *name, const char *summary, void *data),
			     void *data);

	/*
	 * Fills in a subject whose name is set. Returns 0; -ENOENT if the name is of another
	 * family; -EINVAL with a line in `error` if its options are wrong.
	 */
	int (*resolve)(struct subject *subject, char *error);

	/*
	 * Prepares the subject for its trace; close undoes that. Returns 0; -ENOMEM; -ERANGE if the
	 * trace's times are finer than the subject's; -ENOTSUP if the subject's time cannot be
	 * simulated.
	 */
	int (*open)(struct replay *replay);
	void (*close)(struct replay *replay);

	/* For an event loop: fills in how to make it, and its functions. NULL for others. */
	void (*loop)(const struct subject *subject, struct event_setting *setting);

	/* Bytes beside the objects, and the first broken invariant. NULL if the family has none. */
	size_t (*footprint)(const struct replay *replay);
	const char *(*check)(const struct replay *replay);

	/*
	 * The number of timers that are due now but have not fired, for subjects that may be late.
	 * NULL: none.
	 */
	uint64_t (*pending)(const struct replay *replay);
};

/* All families, NULL-terminated. Generated, as is the table below. */
extern const struct subject_family *const subject_families[];

/*
 * The inlined replay of each structure, and of each wrapped one in structures/wrappers/combinations
 * ("lazy:quad-heap"). An entry without a name ends the table.
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

/* Visits the names of all wrapped subjects, which would double every list. */
void subject_list_wrapped(void (*visit)(const char *name, const char *summary, void *data),
			  void *data);

/*
 * Opens a replay: allocates an object for every id of the trace, touched and zeroed, `stride` (64
 * or 128) bytes apart; then opens the subject. Returns 0, -ENOMEM or the family's error; after an
 * error there is nothing to close.
 */
int replay_open(struct replay *replay, const struct subject *subject, const struct trace *trace,
		unsigned stride);
void replay_close(struct replay *replay);

/* Allocates the buffer of REPLAY_COLD; replay_close frees it. Returns 0 or -ENOMEM. */
int replay_cold(struct replay *replay, uint32_t lines_per_operation);

#endif
