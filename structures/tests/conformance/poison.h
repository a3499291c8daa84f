/*
 * poison.h - memory that nobody may touch
 *
 * Under the address sanitizer, touching it ends the process with a report. Overwriting alone would
 * prove little: a structure that reads a freed timer may well survive what it finds there.
 */
#ifndef POISON_H
#define POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISON_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_SANITIZED 1
#endif
#endif

#ifdef POISON_SANITIZED
#include <sanitizer/asan_interface.h>

static inline void poison(void *memory, size_t size)
{
	__asan_poison_memory_region(memory, size);
}

static inline void unpoison(void *memory, size_t size)
{
	__asan_unpoison_memory_region(memory, size);
}
#else
static inline void poison(void *memory, size_t size)
{
	(void)memory, (void)size;
}

static inline void unpoison(void *memory, size_t size)
{
	(void)memory, (void)size;
}
#endif

#endif
