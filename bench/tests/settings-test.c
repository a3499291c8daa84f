/*
 * settings-test - the rows of settings: defaults, values that are read back, and keys of records
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/run/identity.h"
#include "bench/run/settings.h"

static char error[NAMES_ERROR_SIZE];
static struct group group;
static struct experiment experiment;

static const struct {
	const struct setting *settings;
	void *object;
} tables[] = { { group_settings, &group }, { experiment_settings, &experiment } };

#define TABLES (sizeof(tables) / sizeof(*tables))

static int begin(void **state)
{
	(void)state;
	group_init(&group, "cost.1");
	experiment_init(&experiment, "test");
	return 0;
}

static int end(void **state)
{
	(void)state;
	group_free(&group);
	return 0;
}

/* The text of a setting must be read as the value from which it was written. */
static void assert_reads_back(const struct setting *setting, void *object)
{
	char *text = setting_text(setting, object), *again;

	if (*text && setting_read(setting, object, text, error))
		fail_msg("%s: '%s': %s", setting->key, text, error);
	again = setting_text(setting, object);
	assert_string_equal(text, again);
	free(text);
	free(again);
}

static void defaults_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < TABLES; i++)
		for (const struct setting *one = tables[i].settings; one->key; one++) {
			if (one->fallback &&
			    setting_read(one, tables[i].object, one->fallback, error))
				fail_msg("%s: '%s': %s", one->key, one->fallback, error);
			assert_reads_back(one, tables[i].object);
		}
}

static void every_word_is_taken(void **state)
{
	(void)state;
	for (const struct setting *one = group_settings; one->key; one++)
		for (const char *const *word = one->words; word && *word; word++) {
			char *text;

			assert_int_equal(setting_read(one, &group, *word, error), 0);
			text = setting_text(one, &group);
			assert_string_equal(text, *word);
			free(text);
		}
}

/* Bounds are inclusive. A value outside must be refused with the setting's name. */
static void bounds_hold(void **state)
{
	(void)state;
	for (const struct setting *one = group_settings; one->key; one++) {
		char text[64];

		if (!(one->most > 0) || one->words)
			continue;
		snprintf(text, sizeof(text), "%.0f", one->most);
		assert_int_equal(setting_read(one, &group, text, error), 0);
		assert_reads_back(one, &group);
		snprintf(text, sizeof(text), "%.0f", one->most * 2 + 1);
		assert_int_equal(setting_read(one, &group, text, error), -EINVAL);
		assert_memory_equal(error, one->key, strlen(one->key));
	}
}

static bool is_key(const char *key)
{
	for (size_t i = 0; identity_key(i); i++)
		if (!strcmp(identity_key(i), key))
			return true;
	return false;
}

/* Checks which settings a record has, and which of them identify it. A default may be no key. */
static void records_have_settings(void **state)
{
	json_t *record = json_object(), *plain = json_object();
	size_t recorded = 0;

	(void)state;
	settings_record(&group, plain);
	assert_null(json_object_get(plain, "simulated_ns"));
	assert_int_equal(settings_read(group_settings, &group, "simulated", "10m", error), 0);
	settings_record(&group, record);
	assert_int_equal(json_object_size(record), json_object_size(plain) + 1);
	json_decref(plain);
	for (const struct setting *one = group_settings; one->key; one++) {
		if (!one->record) {
			assert_false(one->identifies);
			continue;
		}
		recorded++;
		assert_non_null(json_object_get(record, one->record));
		assert_int_equal(is_key(one->record), one->identifies);
	}
	assert_int_equal(json_object_size(record), recorded);
	assert_string_equal(json_string_value(json_object_get(record, "pages")), "small");
	assert_int_equal(json_integer_value(json_object_get(record, "stride")), 64);
	json_decref(record);
}

static void assert_key(const char *wanted)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	settings_write_key(&group, file);
	fclose(file);
	assert_string_equal(text, wanted);
	free(text);
}

/* A block's key has the numbers, and the words that are not the default. */
static void keys_of_blocks(void **state)
{
	(void)state;
	assert_key("/x64/c0");
	assert_int_equal(settings_read(group_settings, &group, "pages", "huge", error), 0);
	assert_int_equal(settings_read(group_settings, &group, "cold", "7", error), 0);
	assert_key("/x64/c7/huge");
	assert_int_equal(settings_read(group_settings, &group, "simulated", "2s", error), 0);
	assert_key("/x64/c7/huge/2000000000ns");
}

/* 0 is no duration. Less than a millisecond is refused, and leaves the setting as it was. */
static void optional_durations(void **state)
{
	static const char *const wrong[] = { "1us", "999999", "12d", "x", "" };

	(void)state;
	assert_int_equal(settings_read(group_settings, &group, "simulated", "1ms", error), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(
			settings_read(group_settings, &group, "simulated", wrong[i], error),
			-EINVAL);
		assert_memory_equal(error, "simulated: ", strlen("simulated: "));
		assert_int_equal(group.simulated, 1000000);
	}
	assert_int_equal(settings_read(group_settings, &group, "simulated", "0", error), 0);
	assert_int_equal(group.simulated, 0);
	assert_key("/x64/c0");
}

/*
 * A worker gets each setting by an option, whose value is one word. The simulated time is the only
 * one that passes do not read from their settings.
 */
static void options_for_workers(void **state)
{
	(void)state;
	assert_int_equal(settings_read(group_settings, &group, "simulated", "10m", error), 0);
	for (const struct setting *one = group_settings; one->key; one++) {
		char *text;

		if (!one->to_worker)
			continue;
		assert_non_null(one->option);
		text = setting_text(one, &group);
		assert_true(*text && !strpbrk(text, " \t\n"));
		free(text);
		if (one->offset != offsetof(struct group, simulated))
			assert_in_range(one->offset, offsetof(struct group, cell),
					offsetof(struct group, cell) + sizeof(group.cell) - 1);
	}
}

static void unknown_keys(void **state)
{
	(void)state;
	assert_int_equal(settings_read(group_settings, &group, "strid", "64", error), -EINVAL);
	assert_string_equal(error, "no key 'strid': did you mean 'stride'?");
	assert_int_equal(settings_read(experiment_settings, &experiment, "zzzzz", "1", error),
			 -EINVAL);
	assert_string_equal(error, "no key 'zzzzz'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults_read_back, begin, end),
		cmocka_unit_test_setup_teardown(every_word_is_taken, begin, end),
		cmocka_unit_test_setup_teardown(bounds_hold, begin, end),
		cmocka_unit_test_setup_teardown(records_have_settings, begin, end),
		cmocka_unit_test_setup_teardown(keys_of_blocks, begin, end),
		cmocka_unit_test_setup_teardown(optional_durations, begin, end),
		cmocka_unit_test_setup_teardown(options_for_workers, begin, end),
		cmocka_unit_test_setup_teardown(unknown_keys, begin, end),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
