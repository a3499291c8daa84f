/*
 * outcome.h - the key `outcome` of a record: how a cell ended, for programs
 *
 * The key `status` says it in words, for people.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

enum outcome {
	OUTCOME_OK,
	OUTCOME_WRONG,	  /* fired wrongly: another measurement would not help */
	OUTCOME_FAILED,	  /* killed, not started, or a full disk: --resume tries again */
	OUTCOME_TOO_SLOW, /* not finished within the cell's budget */
	OUTCOME_LEFT_OUT, /* more timers than the subject supports, or work that it cannot do */
	OUTCOMES,
};

extern const char *const outcome_words[OUTCOMES + 1]; /* "ok" to "left out", NULL */

/* The outcome with this word; OUTCOMES if there is none, or for NULL. */
enum outcome outcome_find(const char *word);

#endif
