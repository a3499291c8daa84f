/*
 * setting_kinds.c - reads, writes and records values of each type
 */
#include "bench/run/setting_kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/names.h"
#include "structures/common/options.h"

static void *member(const struct setting *setting, void *object)
{
	return (char *)object + setting->offset;
}

static const void *const_member(const struct setting *setting, const void *object)
{
	return (const char *)object + setting->offset;
}

static int refuse(const struct setting *setting, const char *value, const char *why, char *error)
{
	snprintf(error, NAMES_ERROR_SIZE, "%s: '%.40s' %s", setting->key, value, why);
	return -EINVAL;
}

/* ------------------------------------------------------------------------------------ words */

static size_t length_of(const char *const *words)
{
	size_t length = 0;

	while (words[length])
		length++;
	return length;
}

/*
 * Returns the index of a word of this length among the setting's words, or the number of words if
 * it is not among them.
 */
static size_t place_of(const struct setting *setting, const char *value, size_t length)
{
	size_t place = 0;

	while (setting->words[place] && (strlen(setting->words[place]) != length ||
					 strncmp(setting->words[place], value, length)))
		place++;
	return place;
}

static int refuse_word(const struct setting *setting, const char *value, size_t length, char *error)
{
	char list[160] = "is not one of";
	size_t used = strlen(list);

	for (size_t i = 0; setting->words[i] && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s %s", i ? "," : "",
					 setting->words[i]);
	snprintf(error, NAMES_ERROR_SIZE, "%s: '%.*s' %s", setting->key,
		 length < 40 ? (int)length : 40, value, list);
	return -EINVAL;
}

static int read_word(const struct setting *setting, void *object, const char *value, char *error)
{
	size_t place = place_of(setting, value, strlen(value));

	if (!setting->words[place])
		return refuse_word(setting, value, strlen(value), error);
	*(int *)member(setting, object) = (int)place;
	return 0;
}

static const char *word_of(const struct setting *setting, const void *object)
{
	return setting->words[*(const int *)const_member(setting, object)];
}

static void write_word(const struct setting *setting, const void *object, FILE *file)
{
	fputs(word_of(setting, object), file);
}

static json_t *record_word(const struct setting *setting, const void *object)
{
	return json_string(word_of(setting, object));
}

const struct setting_kind setting_word = { read_word, write_word, record_word };

/* ---------------------------------------------------------------------------------- numbers */

static int read_number(const struct setting *setting, enum option_type type, void *object,
		       const char *value, char *error)
{
	return options_parse_value(type, setting->key, value, setting->least, setting->most,
				   member(setting, object), error, NAMES_ERROR_SIZE);
}

static uint64_t whole(const struct setting *setting, const void *object)
{
	return *(const uint64_t *)const_member(setting, object);
}

static int read_count(const struct setting *setting, void *object, const char *value, char *error)
{
	if (setting->words && place_of(setting, value, strlen(value)) == length_of(setting->words))
		return refuse_word(setting, value, strlen(value), error);
	return read_number(setting, OPTION_COUNT, object, value, error);
}

static void write_count(const struct setting *setting, const void *object, FILE *file)
{
	fprintf(file, "%" PRIu64, whole(setting, object));
}

static json_t *record_whole(const struct setting *setting, const void *object)
{
	return json_integer((json_int_t)whole(setting, object));
}

const struct setting_kind setting_count = { read_count, write_count, record_whole };

static int read_duration(const struct setting *setting, void *object, const char *value,
			 char *error)
{
	return read_number(setting, OPTION_DURATION, object, value, error);
}

static void write_duration(const struct setting *setting, const void *object, FILE *file)
{
	if (whole(setting, object) != TIMER_NEVER)
		fprintf(file, "%" PRIu64 "ns", whole(setting, object));
}

const struct setting_kind setting_duration = { read_duration, write_duration, record_whole };

/* Reads 0, which stands for none, or a duration in the range of the setting. */
static int read_optional_duration(const struct setting *setting, void *object, const char *value,
				  char *error)
{
	uint64_t *duration = member(setting, object), before = *duration;
	int result = options_parse_value(OPTION_DURATION, setting->key, value, 0, setting->most,
					 duration, error, NAMES_ERROR_SIZE);

	if (!result && *duration)
		result = read_number(setting, OPTION_DURATION, object, value, error);
	if (result)
		*duration = before;
	return result;
}

static void write_optional_duration(const struct setting *setting, const void *object, FILE *file)
{
	if (whole(setting, object))
		write_duration(setting, object, file);
}

static json_t *record_optional_duration(const struct setting *setting, const void *object)
{
	return whole(setting, object) ? record_whole(setting, object) : NULL;
}

const struct setting_kind setting_optional_duration = {
	read_optional_duration,
	write_optional_duration,
	record_optional_duration,
};

static int read_real(const struct setting *setting, void *object, const char *value, char *error)
{
	return read_number(setting, OPTION_REAL, object, value, error);
}

/* Writes the fewest digits that read back as the same number. */
static void write_real(const struct setting *setting, const void *object, FILE *file)
{
	double value = *(const double *)const_member(setting, object);
	char text[32];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	fputs(text, file);
}

static json_t *record_real(const struct setting *setting, const void *object)
{
	return json_real(*(const double *)const_member(setting, object));
}

const struct setting_kind setting_real = { read_real, write_real, record_real };

/* ------------------------------------------------------------------------------------ texts */

static int read_text(const struct setting *setting, void *object, const char *value, char *error)
{
	if (strlen(value) >= EXPERIMENT_LABEL) {
		snprintf(error, NAMES_ERROR_SIZE, "%s: '%.40s...' is longer than %d characters",
			 setting->key, value, EXPERIMENT_LABEL - 1);
		return -EINVAL;
	}
	strcpy(member(setting, object), value);
	return 0;
}

static void write_text(const struct setting *setting, const void *object, FILE *file)
{
	fputs(const_member(setting, object), file);
}

const struct setting_kind setting_text_kind = { read_text, write_text, NULL };

static int read_question(const struct setting *setting, void *object, const char *value,
			 char *error)
{
	(void)error;
	snprintf(member(setting, object), EXPERIMENT_QUESTION, "%s", value);
	return 0;
}

const struct setting_kind setting_question = { read_question, write_text, NULL };

int setting_check_file_name(const char *what, const char *name, char *error)
{
	if (*name && *name != '.' && *name != '-' && !name[strspn(name, SETTING_FILE_LETTERS)] &&
	    strlen(name) < EXPERIMENT_LABEL)
		return 0;
	snprintf(error, NAMES_ERROR_SIZE,
		 "%s '%.40s' is not a valid file name: up to %d of A-Z, a-z, 0-9, '_', '-', '.', "
		 "not beginning with '.' or '-'",
		 what, name, EXPERIMENT_LABEL - 1);
	return -EINVAL;
}

static int read_name(const struct setting *setting, void *object, const char *value, char *error)
{
	int result = setting_check_file_name(setting->key, value, error);

	return result ? result : read_text(setting, object, value, error);
}

const struct setting_kind setting_name = { read_name, write_text, NULL };

/* ------------------------------------------------------------------------------------- pass */

static int read_pass(const struct setting *setting, void *object, const char *value, char *error)
{
	char suggestion[OPTIONS_SUGGESTION_SIZE];
	const struct pass *pass = pass_find(value);
	const char *names[PASSES_AT_MOST];
	size_t count = 0;

	if (pass) {
		*(const struct pass **)member(setting, object) = pass;
		return 0;
	}
	for (; passes[count]; count++)
		names[count] = passes[count]->name;
	snprintf(error, NAMES_ERROR_SIZE, "no pass '%.40s'%s", value,
		 options_suggest(value, names, count, "", suggestion));
	return -EINVAL;
}

static const char *pass_name(const struct setting *setting, const void *object)
{
	return (*(const struct pass *const *)const_member(setting, object))->name;
}

static void write_pass(const struct setting *setting, const void *object, FILE *file)
{
	fputs(pass_name(setting, object), file);
}

static json_t *record_pass(const struct setting *setting, const void *object)
{
	return json_string(pass_name(setting, object));
}

const struct setting_kind setting_pass = { read_pass, write_pass, record_pass };

/* ------------------------------------------------------------------------------------ lists */

static void write_names(const struct names *names, FILE *file)
{
	for (size_t i = 0; i < names->count; i++)
		fprintf(file, "%s%s", i ? " " : "", names->name[i]);
}

static int read_subjects(const struct setting *setting, void *object, const char *value,
			 char *error)
{
	struct group *group = object;

	(void)setting;
	return names_expand_subjects(value, &group->subjects, error);
}

static void write_subjects(const struct setting *setting, const void *object, FILE *file)
{
	const struct group *group = object;

	(void)setting;
	write_names(&group->subjects, file);
}

const struct setting_kind setting_subjects = { read_subjects, write_subjects, NULL };

static int read_workloads(const struct setting *setting, void *object, const char *value,
			  char *error)
{
	struct group *group = object;

	(void)setting;
	return names_expand_workloads(value, &group->workloads, error);
}

/* Writes the workloads that the user named. A complete map has them in `bases`. */
static void write_workloads(const struct setting *setting, const void *object, FILE *file)
{
	const struct group *group = object;

	(void)setting;
	write_names(group->bases.count ? &group->bases : &group->workloads, file);
}

const struct setting_kind setting_workloads = { read_workloads, write_workloads, NULL };

static int read_n(const struct setting *setting, void *object, const char *value, char *error)
{
	struct group *group = object;

	(void)setting;
	return names_expand_counts(value, group->n, EXPERIMENT_COUNTS, &group->counts, error);
}

/* Writes the values of n, unless they follow from an axis. */
static void write_n(const struct setting *setting, const void *object, FILE *file)
{
	const struct group *group = object;

	(void)setting;
	if (axis_is_n(&group->axes[0]) || axis_is_n(&group->axes[1]))
		return;
	for (size_t i = 0; i < group->counts; i++)
		fprintf(file, "%s%" PRIu64, i ? " " : "", group->n[i]);
}

const struct setting_kind setting_n = { read_n, write_n, NULL };

static int read_axis(const struct setting *setting, void *object, const char *value, char *error)
{
	return axis_set(member(setting, object), setting->key, value, error);
}

static void write_axis(const struct setting *setting, const void *object, FILE *file)
{
	const struct axis *axis = const_member(setting, object);

	if (!*axis->name)
		return;
	fprintf(file, "%s: ", axis->name);
	write_names(&axis->values, file);
}

const struct setting_kind setting_axis = { read_axis, write_axis, NULL };

/* Reads one or several words, which blanks or commas separate. */
static int read_dispatch(const struct setting *setting, void *object, const char *value,
			 char *error)
{
	bool *chosen = member(setting, object), any = false;

	memset(chosen, 0, DISPATCHES * sizeof(*chosen));
	while (*(value += strspn(value, " ,"))) {
		size_t length = strcspn(value, " ,"), place = place_of(setting, value, length);

		if (!setting->words[place]) {
			refuse_word(setting, value, length, error);
			strncat(error, ", or several of them in one word",
				NAMES_ERROR_SIZE - strlen(error) - 1);
			return -EINVAL;
		}
		chosen[place] = any = true;
		value += length;
	}
	return any ? 0 : refuse(setting, value, "names no dispatch", error);
}

static void write_dispatch(const struct setting *setting, const void *object, FILE *file)
{
	const bool *chosen = const_member(setting, object);
	bool any = false;

	for (size_t i = 0; i < DISPATCHES; i++) {
		if (chosen[i])
			fprintf(file, "%s%s", any ? " " : "", setting->words[i]);
		any |= chosen[i];
	}
}

const struct setting_kind setting_dispatch = { read_dispatch, write_dispatch, NULL };

/* -------------------------------------------------------------------------- blocks and looks */

/* Drops looks beyond the number of replicates. The last look must be at all replicates. */
static int read_replicates(const struct setting *setting, void *object, const char *value,
			   char *error)
{
	struct group *group = object;
	int result = read_count(setting, object, value, error);
	bool fewer = false;

	while (!result && group->look_count &&
	       group->looks[group->look_count - 1] > group->replicates) {
		group->look_count--;
		fewer = true;
	}
	if (fewer)
		group->looks[group->look_count++] = group->replicates;
	return result;
}

const struct setting_kind setting_replicates = { read_replicates, write_count, record_whole };

static int read_looks(const struct setting *setting, void *object, const char *value, char *error)
{
	struct group *group = object;
	uint64_t looks[EXPERIMENT_LOOKS];
	size_t count = 0;
	int result = names_expand_counts(value, looks, EXPERIMENT_LOOKS, &count, error);

	if (result || !count)
		return result;
	for (size_t i = 0; i < count; i++) {
		if (looks[i] < 2 || looks[i] > 1000 || (i && looks[i] <= looks[i - 1]))
			return refuse(setting, value,
				      "are not rising numbers of blocks from 2 to 1000", error);
	}
	memcpy(group->looks, looks, sizeof(looks));
	group->look_count = count;
	group->replicates = looks[count - 1];
	return 0;
}

static void write_looks(const struct setting *setting, const void *object, FILE *file)
{
	const struct group *group = object;

	(void)setting;
	for (size_t i = 0; i < group->look_count; i++)
		fprintf(file, "%s%" PRIu64, i ? " " : "", group->looks[i]);
}

const struct setting_kind setting_looks = { read_looks, write_looks, NULL };
