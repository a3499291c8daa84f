/*
 * reference.c - reads what the committed reference run found about a subject
 */
#include "bench/commands/reference.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/provenance.h"
#include "bench/scripts.h"

#define ANSWER "results/answer.json"

/*
 * Returns the strings of an array, one per line, as text that the caller frees. Returns NULL if
 * there are none or memory runs out.
 */
static char *join(const json_t *sentences)
{
	size_t size = 1, i;
	const json_t *sentence;
	char *text, *end;

	json_array_foreach((json_t *)sentences, i, sentence) size +=
		json_string_length(sentence) + 1;
	text = size > 1 ? malloc(size) : NULL;
	if (!text)
		return NULL;
	end = text;
	json_array_foreach((json_t *)sentences, i, sentence)
	{
		size_t length = json_string_length(sentence);

		if (!length)
			continue;
		memcpy(end, json_string_value(sentence), length);
		end += length;
		*end++ = '\n';
	}
	*end = '\0';
	return text;
}

/*
 * Returns whether the code of a subject in this build differs from the code that was measured. An
 * answer that does not record the hash counts as unchanged.
 */
static bool has_changed(const json_t *answer, const char *subject)
{
	const char *pass = json_string_value(json_object_get(answer, "pass"));
	const char *measured =
		json_string_value(json_object_get(json_object_get(answer, "hashes"), subject));
	char hash[PROVENANCE_HASH_SIZE];

	return pass && measured && !provenance_hash_of(subject, pass, hash) &&
	       strcmp(hash, measured);
}

char *reference_about(const char *subject)
{
	char path[SCRIPTS_PATH_SIZE], *text;
	json_t *answer, *sentences;

	if (scripts_find(ANSWER, path, sizeof(path)))
		return NULL;
	answer = json_load_file(path, 0, NULL);
	sentences = json_object_get(json_object_get(answer, "subjects"), subject);
	if (sentences && has_changed(answer, subject))
		json_array_append_new(sentences, json_string("The code of this subject has changed "
							     "since this run."));
	text = join(sentences);
	json_decref(answer);
	return text;
}
