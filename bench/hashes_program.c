/*
 * hashes_program.c - build/timerbed-hashes: the source_hash of each subject and pass in this build
 *
 * timerbed-hashes [SUBJECT...] prints a line for each subject and pass, with three columns
 * separated by tabs: subject, pass and source_hash. Without arguments it prints all structures and
 * wrappers (each directly and in an event loop with each backend), the yardsticks, and the
 * libraries. It skips unknown subjects. The program links none of the code that it hashes, so it
 * builds quickly.
 */
#include <stdio.h>
#include <string.h>

#include "bench/provenance.h"

/*
 * Stores the part of `unit` that `*` matches in the pattern "FOLDER*ENDING". Returns false if
 * `unit` does not match.
 */
static bool within(const char *unit, const char *folder, const char *ending, char *name,
		   size_t size)
{
	size_t before = strlen(folder), after = strlen(ending), length = strlen(unit);

	if (length <= before + after || strncmp(unit, folder, before) ||
	    strcmp(unit + length - after, ending))
		return false;
	snprintf(name, size, "%.*s", (int)(length - before - after), unit + before);
	return !strchr(name, '/');
}

static void print_subject(const char *subject)
{
	char pass[64], hash[PROVENANCE_HASH_SIZE];

	for (const struct code_hash *code = code_hashes; code->unit; code++)
		if (within(code->unit, "bench/passes/", ".c", pass, sizeof(pass)) &&
		    !provenance_hash_of(subject, pass, hash))
			printf("%s\t%s\t%s\n", subject, pass, hash);
}

static void print_loops(const char *structure)
{
	char backend[64], subject[256];

	for (const struct code_hash *code = code_hashes; code->unit; code++) {
		if (!within(code->unit, "loop/backends/", ".c", backend, sizeof(backend)))
			continue;
		snprintf(subject, sizeof(subject), "loop:%s@%s", structure, backend);
		print_subject(subject);
	}
}

static void print_all(void)
{
	static const char over[] = "-over-";
	char name[128], *at;

	for (const struct code_hash *code = code_hashes; code->unit; code++) {
		if (within(code->unit, "inlined/", ".c", name, sizeof(name))) {
			while ((at = strstr(name, over))) {
				*at = ':';
				memmove(at + 1, at + strlen(over), strlen(at + strlen(over)) + 1);
			}
			print_subject(name);
			print_loops(name);
		} else if (within(code->unit, "bench/subjects/", ".c", name, sizeof(name)) &&
			   strcmp(name, "structure") && strcmp(name, "loop") &&
			   strcmp(name, "again")) {
			print_subject(name);
		}
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		print_subject(argv[i]);
	if (argc < 2)
		print_all();
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
