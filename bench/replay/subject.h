/*
 * subject.h - what a trace is replayed against
 *
 * A subject is a structure, a yardstick, or (on higher floors) a loop or a real library. A family
 * of subjects is one file in bench/subjects that ends in its table, named subject_ plus the file's
 * name with '_' for '-'. A family answers to one name (a yardstick) or to many (every structure).
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "bench/replay/replay.h"

#define SUBJECT_NAME_SIZE  128
#define SUBJECT_ERROR_SIZE 256

enum dispatch {
	DISPATCH_VTABLE, /* each operation through its table, as a loop would call it */
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

/* A subject that has been named and found. Plain data; nothing to free. */
struct subject {
	const struct subject_family *family;
	char name[SUBJECT_NAME_SIZE]; /* as typed */
	const char *target; /* within name: what is left when prefixes such as again: are gone */
	const char *kind;   /* "structure", "yardstick", "harness", "control" */
	const char
		*source_hash; /* a library's version; NULL or "" where bench/provenance.h tells */
	bool told; /* what fires is told by the trace: there is nothing in it to verify */
	struct timer_accuracy accuracy;
	uint64_t bears;				    /* most timers it is sensible for, 0 = any */
	const struct replay_code *code[DISPATCHES]; /* NULL where there is no such dispatch */
};

struct subject_family {
	const char *name;
	const char *summary;
	const char
		*explanation; /* a paragraph for `timerbed explain`; NULL when a structure's own */

	/* Visits the names that it answers to, each with its summary. */
	void (*list)(void (*visit)(const char *name, const char *summary, void *data), void *data);

	/* Those which wrap others of its names, as lazy:quad-heap does; NULL where none do. */
	void (*list_wrapped)(void (*visit)(const char *name, const char *summary, void *data),
			     void *data);

	/*
	 * Fills in a subject whose name is set. 0; -ENOENT when the name is not of this family;
	 * -EINVAL with a line in `error` when it is but its options are wrong.
	 */
	int (*resolve)(struct subject *subject, char *error);

	/*
	 * Makes the subject ready for its trace; close undoes that. 0; -ENOMEM; -ERANGE for a
	 * trace whose times are finer than the subject's; -ENOTSUP for one whose time cannot be
	 * simulated.
	 */
	int (*open)(struct replay *replay);
	void (*close)(struct replay *replay);

	/* A subject that is an event loop: how to make it, and its functions. NULL for others. */
	void (*loop)(const struct subject *subject, struct event_setting *setting);

	/* Bytes beside the objects, and broken invariants; NULL where there is no such thing. */
	size_t (*footprint)(const struct replay *replay);
	const char *(*check)(const struct replay *replay);

	/* Due at the time reached and not fired: what a late subject still owes. NULL: nothing. */
	uint64_t (*pending)(const struct replay *replay);
};

/* All families, NULL-terminated. Generated, as is the table below. */
extern const struct subject_family *const subject_families[];

/*
 * The code of each structure, and of each that wraps another ("lazy:quad-heap"): its inlined replay.
 * Nothing is in source_hash any more. Ends without name.
 */
struct structure_code {
	const char *name;
	const char *source_hash;
	const struct replay_code *inlined;
};
extern const struct structure_code structure_codes[];

/* Empty: bench/provenance.h has the hash of the loop. Generated. */
extern const char loop_code_hash[];

/* Finds a subject by name. 0, or -ENOENT/-EINVAL with one line in `error` (SUBJECT_ERROR_SIZE). */
int subject_find(const char *name, struct subject *subject, char *error);

/* Visits the names of all families, in the registry's order. */
void subject_list(void (*visit)(const char *name, const char *summary, void *data), void *data);

/* The same for those that wrap others, which would double every list. */
void subject_list_wrapped(void (*visit)(const char *name, const char *summary, void *data),
			  void *data);

/*
 * Opens a replay: objects for every id of the trace, touched and zeroed, `stride` (64 or 128) bytes
 * apart; then the subject. 0, or -ENOMEM with nothing left behind.
 */
int replay_open(struct replay *replay, const struct subject *subject, const struct trace *trace,
		unsigned stride);
void replay_close(struct replay *replay);

/* A buffer of cold lines for REPLAY_COLD. 0 or -ENOMEM. */
int replay_cold(struct replay *replay, uint32_t lines_per_operation);

#endif
