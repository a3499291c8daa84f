/*
 * subject-test - finds subjects in imitated families, and suggests names
 *
 * A family is a group of subjects that are found and measured in the same way. The table of
 * families in this file replaces the generated table.
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

#include "bench/replay/subject.h"

const struct structure_code structure_codes[] = { { 0 } };

static size_t many; /* the number of names of the family `many`: many0, many1 and so on */

static void list_trees(void (*visit)(const char *name, const char *summary, void *data), void *data)
{
	visit("oak", "a tree", data);
	visit("beech", "another", data);
}

static void list_grafted(void (*visit)(const char *name, const char *summary, void *data),
			 void *data)
{
	visit("graft:oak", "a tree on a tree", data);
	visit("graft:beech", "another", data);
}

static int resolve_tree(struct subject *subject, char *error)
{
	if (!strcmp(subject->target, "beech:old=yes")) {
		snprintf(error, SUBJECT_ERROR_SIZE, "beech has no option old");
		return -EINVAL;
	}
	if (strcmp(subject->target, "oak") && strcmp(subject->target, "beech"))
		return -ENOENT;
	subject->kind = "tree";
	return 0;
}

static void list_many(void (*visit)(const char *name, const char *summary, void *data), void *data)
{
	for (size_t i = 0; i < many; i++) {
		char name[32];

		snprintf(name, sizeof(name), "many%zu", i);
		visit(name, "one of many", data);
	}
}

static int resolve_nothing(struct subject *subject, char *error)
{
	(void)subject, (void)error;
	return -ENOENT;
}

static const struct subject_family many_family = { .name = "many",
						   .list = list_many,
						   .resolve = resolve_nothing };
static const struct subject_family trees = {
	.name = "trees", .list = list_trees, .list_wrapped = list_grafted, .resolve = resolve_tree
};

const struct subject_family *const subject_families[] = { &many_family, &trees, NULL };

static void assert_unknown(const char *name, const char *wanted)
{
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE] = "";

	assert_int_equal(subject_find(name, &subject, error), -ENOENT);
	assert_string_equal(error, wanted);
}

static void finds_by_name(void **state)
{
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE] = "";

	(void)state;
	many = 0;
	assert_int_equal(subject_find("beech", &subject, error), 0);
	assert_ptr_equal(subject.family, &trees);
	assert_string_equal(subject.name, "beech");
	assert_ptr_equal(subject.target, subject.name);
	assert_string_equal(subject.kind, "tree");
}

static void a_family_says_what_is_wrong(void **state)
{
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE] = "";

	(void)state;
	assert_int_equal(subject_find("beech:old=yes", &subject, error), -EINVAL);
	assert_string_equal(error, "beech has no option old");
}

static void unknown_names_are_met_with_the_nearest(void **state)
{
	(void)state;
	many = 0;
	assert_unknown("beach", "no subject 'beach': did you mean 'beech'?");
	assert_unknown("beach:age=3", "no subject 'beach:age=3': did you mean 'beech'?");
	assert_unknown("graft:beach", "no subject 'graft:beach': did you mean 'graft:beech'?");
	assert_unknown("xylophones", "no subject 'xylophones'");
}

/* The list of suggestions is limited. Names beyond its end must still be found. */
static void more_names_than_are_suggested(void **state)
{
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE];

	(void)state;
	for (many = 250; many < 260; many++) {
		assert_unknown("manny7", "no subject 'manny7': did you mean 'many7'?");
		assert_unknown("xylophones", "no subject 'xylophones'");
		assert_int_equal(subject_find("oak", &subject, error), 0);
	}
}

static void names_that_are_too_long(void **state)
{
	struct subject subject;
	char error[SUBJECT_ERROR_SIZE], name[SUBJECT_NAME_SIZE + 1];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[SUBJECT_NAME_SIZE] = '\0';
	assert_int_equal(subject_find(name, &subject, error), -EINVAL);
	assert_non_null(strstr(error, "the name is too long"));
	name[SUBJECT_NAME_SIZE - 1] = '\0';
	assert_int_equal(subject_find(name, &subject, error), -ENOENT);
}

static void count_name(const char *name, const char *summary, void *data)
{
	assert_true(*name && *summary);
	++*(size_t *)data;
}

static void lists_of_all_families(void **state)
{
	size_t names = 0, wrapped = 0;

	(void)state;
	many = 3;
	subject_list(count_name, &names);
	assert_int_equal(names, 5);
	subject_list_wrapped(count_name, &wrapped);
	assert_int_equal(wrapped, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_name),
		cmocka_unit_test(a_family_says_what_is_wrong),
		cmocka_unit_test(unknown_names_are_met_with_the_nearest),
		cmocka_unit_test(more_names_than_are_suggested),
		cmocka_unit_test(names_that_are_too_long),
		cmocka_unit_test(lists_of_all_families),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)(sizeof(tests) / sizeof(*tests)) - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
