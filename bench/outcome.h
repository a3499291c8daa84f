/*
 * outcome.h - the key `outcome` of a record: how a cell ended, for programs
 *
 * The key `status` says the same in words, for people.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

enum outcome {
	OUTCOME_OK,
	OUTCOME_WRONG,	  /* fired wrongly: measuring it again would not help */
	OUTCOME_FAILED,	  /* killed, not started, a full disk: --resume tries it again */
	OUTCOME_TOO_SLOW, /* not done within the cell's budget */
	OUTCOME_LEFT_OUT, /* more than the subject bears, or work that it cannot do */
	OUTCOMES,
};

extern const char *const outcome_words[OUTCOMES + 1]; /* "ok" to "left out", NULL */

/* The outcome that a word names; OUTCOMES for none and for NULL. */
enum outcome outcome_find(const char *word);

#endif
