/*
 * switch.c - which mutant is active, and which mutated places the process reaches
 *
 * Environment variables:
 *
 *	MUTANT=NUMBER           the active mutant; without it the program behaves like the original
 *	MUTANT_REACHED=FILE     the process writes a 1 to FILE at the offset of each place it reaches
 *
 * FILE must exist and have a byte for each place. It is mapped, so that the bytes are kept however
 * the process ends. This file makes system calls directly, because some tests replace the C
 * library's functions.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "switch.h"

static unsigned active;
static volatile unsigned char *reached;
static unsigned places;

static __attribute__((constructor(101))) void mutants_start(void)
{
	const char *number = getenv("MUTANT"), *path = getenv("MUTANT_REACHED");
	struct stat file;
	long memory;
	int descriptor;

	active = number ? (unsigned)strtoul(number, NULL, 10) : 0;
	descriptor = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
	if (descriptor < 0)
		return;
	if (!fstat(descriptor, &file) && file.st_size > 0) {
		memory = syscall(SYS_mmap, NULL, (size_t)file.st_size, PROT_READ | PROT_WRITE,
				 MAP_SHARED, descriptor, 0);
		if (memory != -1) {
			reached = (unsigned char *)memory;
			places = (unsigned)file.st_size;
		}
	}
	syscall(SYS_close, descriptor);
}

int mutant_active(unsigned number)
{
	if (number < places)
		reached[number] = 1;
	return number == active;
}
