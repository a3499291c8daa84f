/*
 * oracle.h - what is armed and what is due next: the reference that a trace is made with
 *
 * An indexed heap over ids 0..ids-1, each idle, armed or disarmed. It shares no code with the
 * structures that are measured, so that no error can be common to both sides of a comparison.
 * Which of equal deadlines comes first is unspecified, but the same in every run.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most ids that there can be: places in the heap are 32 bits, a few of them set apart. */
#define ORACLE_MOST_IDS (UINT32_MAX - 63)

struct oracle {
	uint64_t *keys;	  /* deadlines, by place in the heap */
	uint32_t *owners; /* ids, by place in the heap */
	uint32_t *places; /* by id; see oracle.c */
	size_t ids;
	uint32_t end; /* the first free place */
};

/* 0, or -ENOMEM with nothing to close; -EOVERFLOW beyond ORACLE_MOST_IDS. Every id begins idle. */
int oracle_open(struct oracle *oracle, uint64_t ids);
void oracle_close(struct oracle *oracle);

/* Bytes that oracle_open(ids) takes. */
uint64_t oracle_memory(uint64_t ids);

/* Arms or re-arms. O(log ids) as are the next three. */
void oracle_arm(struct oracle *oracle, uint64_t id, uint64_t deadline);

/* Stops an armed timer; it is then disarmed, or idle. */
void oracle_disarm(struct oracle *oracle, uint64_t id);
void oracle_remove(struct oracle *oracle, uint64_t id);

/* Takes out the earliest if it is due at `now`. Deadline UINT64_MAX is never due. */
bool oracle_fire(struct oracle *oracle, uint64_t now, uint64_t *id, uint64_t *deadline);

bool oracle_armed(const struct oracle *oracle, uint64_t id);
bool oracle_disarmed(const struct oracle *oracle, uint64_t id);
uint64_t oracle_deadline(const struct oracle *oracle, uint64_t id); /* of an armed one */
uint64_t oracle_earliest(const struct oracle *oracle);		    /* UINT64_MAX if none */
uint64_t oracle_size(const struct oracle *oracle);		    /* how many are armed */

#endif
