/*
 * provenance.c - which units measure a subject in a pass, and one hash of all of them
 *
 * Only names decide which units count, so this file needs no link to the code that it hashes.
 */
#include "bench/provenance.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "build_info.h"

/* The parts of a subject's name. */
struct code {
	const char *pass;
	char family[SUBJECT_NAME_SIZE];	 /* the file in bench/subjects, without its ending */
	char inlined[SUBJECT_NAME_SIZE]; /* the structures, "lazy-over-quad-heap"; or empty */
	char backend[SUBJECT_NAME_SIZE]; /* the backend of this project's loop, or empty */
};

static bool has_unit(const char *folder, const char *name)
{
	char unit[2 * SUBJECT_NAME_SIZE];

	snprintf(unit, sizeof(unit), "%s/%s.c", folder, name);
	for (const struct code_hash *code = code_hashes; code->unit; code++)
		if (!strcmp(code->unit, unit))
			return true;
	return false;
}

/* Stores the structures at the beginning of "lazy:quad-heap:option=1". */
static void take_structures(const char *text, struct code *code)
{
	size_t length = 0;

	while (*text) {
		size_t part = strcspn(text, ":");
		char name[SUBJECT_NAME_SIZE];

		snprintf(name, sizeof(name), "%.*s", (int)part, text);
		if (!(has_unit("structures", name) || has_unit("structures/wrappers", name)) ||
		    length >= sizeof(code->inlined))
			return;
		length += (size_t)snprintf(code->inlined + length, sizeof(code->inlined) - length,
					   "%s%s", length ? "-over-" : "", name);
		text += part + (text[part] == ':');
	}
}

/* Cuts the backend off "quad-heap@epoll+reinsert" and stores it. */
static void take_backend(char *text, struct code *code)
{
	char *at = strrchr(text, '@');

	if (!at)
		return;
	snprintf(code->backend, sizeof(code->backend), "%.*s", (int)strcspn(at + 1, "+"), at + 1);
	*at = '\0';
}

/*
 * Stores the name of the family's file. If a family has several subjects, the name of each begins
 * with the name of the file.
 */
static void take_family(const char *text, struct code *code)
{
	char *cut = code->family;

	snprintf(code->family, sizeof(code->family), "%.*s", (int)strcspn(text, ":"), text);
	while (!has_unit("bench/subjects", code->family) && (cut = strrchr(code->family, '-')))
		*cut = '\0';
}

/* Returns 0 or -ENOENT. */
static int take_apart(const char *subject, const char *pass, struct code *code)
{
	static const char again[] = "again:", loop[] = "loop:";
	char rest[SUBJECT_NAME_SIZE];

	*code = (struct code){ .pass = pass };
	while (!strncmp(subject, again, strlen(again)))
		subject += strlen(again);
	if (!strncmp(subject, loop, strlen(loop))) {
		snprintf(rest, sizeof(rest), "%s", subject + strlen(loop));
		take_backend(rest, code);
		take_structures(rest, code);
		strcpy(code->family, "loop");
		return *code->inlined ? 0 : -ENOENT;
	}
	take_structures(subject, code);
	if (*code->inlined)
		strcpy(code->family, "structure");
	else
		take_family(subject, code);
	return has_unit("bench/subjects", code->family) ? 0 : -ENOENT;
}

/*
 * Returns whether a unit belongs to the code. `name` is the unit's name, without folder and ending.
 */
typedef bool belongs_function(const struct code *code, const char *name);

static bool always(const struct code *code, const char *name)
{
	(void)code, (void)name;
	return true;
}

static bool is_pass(const struct code *code, const char *name)
{
	return !strcmp(code->pass, name);
}

static bool in_pass_time(const struct code *code, const char *name)
{
	(void)name;
	return !strcmp(code->pass, "time");
}

static bool is_family(const struct code *code, const char *name)
{
	return !strcmp(code->family, name);
}

static bool is_our_loop(const struct code *code, const char *name)
{
	(void)name;
	return !strcmp(code->family, "loop");
}

/* Returns whether the subject is an event loop, that is, neither a structure nor a yardstick. */
static bool has_events(const struct code *code, const char *name)
{
	(void)name;
	return strcmp(code->family, "structure") &&
	       strncmp(code->family, "yardstick-", strlen("yardstick-"));
}

static bool has_structures(const struct code *code, const char *name)
{
	(void)name;
	return *code->inlined;
}

static bool is_structure(const struct code *code, const char *name)
{
	static const char over[] = "-over-";
	const char *text = code->inlined, *end;

	while ((end = strstr(text, over))) {
		if (strlen(name) == (size_t)(end - text) &&
		    !strncmp(text, name, (size_t)(end - text)))
			return true;
		text = end + strlen(over);
	}
	return !strcmp(text, name);
}

static bool is_inlined(const struct code *code, const char *name)
{
	return !strcmp(code->family, "structure") && !strcmp(code->inlined, name);
}

static bool is_backend(const struct code *code, const char *name)
{
	return !strcmp(code->backend, name);
}

/* The first row whose pattern matches a unit applies. */
static const struct {
	const char *units;
	belongs_function *belongs;
} rules[] = {
	{ "bench/passes/*.c", is_pass },
	{ "bench/subjects/*.c", is_family },
	{ "bench/replay/event_*.c", has_events },
	{ "bench/replay/*.c", always },
	{ "bench/virtual/*.c", has_events },
	{ "bench/gbench.cc", in_pass_time },
	{ "bench/*.c", always },
	{ "inlined/*.c", is_inlined },
	{ "structures/*.c", is_structure },
	{ "structures/wrappers/*.c", is_structure },
	{ "structures/common/*.c", has_structures },
	{ "loop/backends/*.c", is_backend },
	{ "loop/*.c", is_our_loop },
	{ "loop/util/*.c", is_our_loop },
};

static bool belongs(const struct code *code, const char *unit)
{
	char name[SUBJECT_NAME_SIZE];

	snprintf(name, sizeof(name), "%s", strrchr(unit, '/') + 1);
	name[strcspn(name, ".")] = '\0';
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!fnmatch(rules[i].units, unit, FNM_PATHNAME))
			return rules[i].belongs(code, name);
	return false;
}

static uint64_t add(uint64_t sum, const char *text)
{
	return XXH3_64bits_withSeed(text, strlen(text), sum);
}

int provenance_hash_of(const char *subject, const char *pass, char hash[PROVENANCE_HASH_SIZE])
{
	struct code code;
	int result = take_apart(subject, pass, &code);
	uint64_t sum = 0;

	for (const struct code_hash *unit = code_hashes; unit->unit; unit++) {
		if (!belongs(&code, unit->unit))
			continue;
		sum = add(sum, unit->unit);
		sum = add(sum, unit->hash);
	}
	snprintf(hash, PROVENANCE_HASH_SIZE, "%016" PRIx64, add(sum, BUILD_FLAGS));
	return result;
}

void provenance_hash(const struct subject *subject, const struct pass *pass,
		     char hash[PROVENANCE_HASH_SIZE])
{
	provenance_hash_of(subject->target, pass->name, hash);
}
