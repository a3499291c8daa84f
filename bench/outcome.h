/*
 * outcome.h - the key `outcome` of a record: tells programs how a cell ended
 *
 * The key `status` of the record tells people the same in words.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

enum outcome {
	OUTCOME_OK,
	OUTCOME_WRONG,	  /* a wrong replay: another measurement would not help */
	OUTCOME_FAILED,	  /* killed, not started, or a full disk: --resume tries again */
	OUTCOME_TOO_SLOW, /* not finished within the cell's budget */
	OUTCOME_LEFT_OUT, /* more timers than the subject supports, or work that it cannot do */
	OUTCOMES,
};

extern const char *const outcome_words[OUTCOMES + 1]; /* "ok" to "left out", NULL */

/* Returns the outcome with this word, or OUTCOMES if no outcome has it or the word is NULL. */
enum outcome outcome_find(const char *word);

#endif
