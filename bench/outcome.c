/*
 * outcome.c - the words of the outcomes
 */
#include "bench/outcome.h"

#include <stddef.h>
#include <string.h>

const char *const outcome_words[OUTCOMES + 1] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_WRONG] = "wrong",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_TOO_SLOW] = "too slow",
	[OUTCOME_LEFT_OUT] = "left out",
};

enum outcome outcome_find(const char *word)
{
	int i = 0;

	while (i < OUTCOMES && (!word || strcmp(word, outcome_words[i])))
		i++;
	return (enum outcome)i;
}
