/*
 * oracle.h - the reference for a trace: holds the armed timers and finds the one that is due next
 *
 * The oracle is an indexed heap over the ids 0..ids-1. Each id is idle, armed or disarmed. The
 * oracle shares no code with the structures that are measured, so no bug can be common to both
 * sides of a comparison. The order of equal deadlines is unspecified, but the same in every run.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest number of ids: indices in the heap have 32 bits, and a few are reserved. */
#define ORACLE_MOST_IDS (UINT32_MAX - 63)

struct oracle {
	uint64_t *keys;	  /* deadlines, by index in the heap */
	uint32_t *owners; /* ids, by index in the heap */
	uint32_t *places; /* by id: the id's index in the heap, or its state (oracle.c) */
	size_t ids;
	uint32_t end; /* the first free index */
};

/*
 * Makes an oracle in which all ids are idle. Returns 0, -ENOMEM, or -EOVERFLOW for more than
 * ORACLE_MOST_IDS ids. After an error the oracle must not be used or closed.
 */
int oracle_open(struct oracle *oracle, uint64_t ids);
void oracle_close(struct oracle *oracle);

/* Returns about how many bytes oracle_open(ids) allocates. */
uint64_t oracle_memory(uint64_t ids);

/* Arms or re-arms an id. Takes O(log ids), as do the next three functions. */
void oracle_arm(struct oracle *oracle, uint64_t id, uint64_t deadline);

/* oracle_disarm makes an armed id disarmed; oracle_remove makes any id idle. */
void oracle_disarm(struct oracle *oracle, uint64_t id);
void oracle_remove(struct oracle *oracle, uint64_t id);

/*
 * If the earliest armed timer is due at `now`, makes it idle, stores its id and deadline, and
 * returns true. A deadline of UINT64_MAX is never due.
 */
bool oracle_fire(struct oracle *oracle, uint64_t now, uint64_t *id, uint64_t *deadline);

bool oracle_armed(const struct oracle *oracle, uint64_t id);
bool oracle_disarmed(const struct oracle *oracle, uint64_t id);
uint64_t oracle_deadline(const struct oracle *oracle, uint64_t id); /* of an armed id */
uint64_t oracle_earliest(const struct oracle *oracle);		    /* UINT64_MAX if none */
uint64_t oracle_size(const struct oracle *oracle);		    /* number of armed ids */

#endif
