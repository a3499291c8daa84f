/*
 * select - each wait passes all descriptors to the kernel, as bit sets
 *
 * select is the oldest interface. The cost of a wait depends on the largest number that is watched.
 * So the loop prefers epoll and poll. select works everywhere, even in a sandbox that forbids epoll
 * and poll. select has some traps:
 *
 * fd_set has room for 1024 descriptors. FD_SET with a larger number writes into other memory, or
 * ends the process if the C library checks the number. The kernel does not have this limit. It
 * reads as many bits as the call says. So the sets of this backend are arrays that grow, with their
 * own bit operations. The kernel expects words of type unsigned long in the machine's byte order.
 *
 * The kernel overwrites the sets with its results, so each wait gets copies of the sets. Therefore
 * other threads may add and delete descriptors during a wait. Adding a descriptor reserves the
 * copies' memory.
 *
 * A single closed descriptor makes the whole call fail with EBADF. The error does not name the
 * descriptor, and another call would fail again. So this backend tests each descriptor by fcntl. It
 * reports closed descriptors as readable and writable, so that the program gets EBADF when it uses
 * them. Then it repeats the wait without the closed descriptors, with a timeout of 0. (The kernel
 * skips numbers beyond the process's table of descriptors. All of these are closed. The kernel
 * leaves their bits set, so they are reported when another descriptor is ready. The table never
 * shrinks, so only the child of a fork can have such numbers.)
 *
 * select reports a hang-up as readable, and an error as readable and writable. So if the peer of a
 * socket shuts down, select does not report the socket as writable, and an event that only waits
 * for writing is not called. The sets also do not distinguish a closed connection from data to
 * read. So this backend does not have EV_CLOSED. It refuses an event that asks for EV_CLOSED only.
 * It accepts EV_CLOSED together with EV_READ or EV_WRITE, and never reports it. The third set is
 * for urgent data of sockets. This backend does not use it.
 *
 * Results are in the order of the numbers. To be fair to large numbers, each report begins after
 * the descriptor with which the last report began.
 *
 * select counts microseconds and changes its timeval. This backend uses pselect, which counts
 * nanoseconds and does not change its timespec.
 */
#include "loop/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>

#include <event2/event.h>

#include "loop/lock.h"
#include "loop/memory.h"
#include "loop/wait_buffer.h"
#include "structures/timer.h"

#define WORD_BITS      (8 * sizeof(unsigned long))
#define WORDS_AT_LEAST 16 /* the sets do not shrink below the size of fd_set */

/* Two sets with a bit for each descriptor. Each has `words` words, and both are one allocation. */
struct sets {
	unsigned long *read, *write;
	size_t words;
};

struct select {
	struct sets asked;
	size_t used;		   /* number of words of `asked` up to the last word in use */
	struct wait_buffer copies; /* memory for copies of both sets */
	size_t start;		   /* the next report begins at this descriptor */
};

/* Returns the size of both sets together. */
static size_t bytes_of(size_t words)
{
	return 2 * words * sizeof(unsigned long);
}

/* Resizes both sets. New words are zero. Returns 0, or -ENOMEM with nothing changed. */
static int resize(struct sets *sets, size_t words)
{
	size_t kept = words < sets->words ? words : sets->words;
	unsigned long *memory = memory_allocate_zeroed(2 * words, sizeof(*memory));

	if (!memory)
		return -ENOMEM;
	if (kept) {
		memcpy(memory, sets->read, kept * sizeof(*memory));
		memcpy(memory + words, sets->write, kept * sizeof(*memory));
	}
	memory_free(sets->read);
	*sets = (struct sets){ memory, memory + words, words };
	return 0;
}

static int make_room(struct select *select, size_t words)
{
	size_t room = select->asked.words ? select->asked.words : 1;
	int result = 0;

	while (room < words)
		room *= 2;
	if (room > select->asked.words)
		result = resize(&select->asked, room);
	return result ? result : wait_buffer_reserve(&select->copies, bytes_of(room));
}

/* Halves the sets as long as at most a quarter of them is used. */
static void give_back(struct select *select)
{
	size_t words = select->asked.words;

	while (words > WORDS_AT_LEAST && select->used <= words / 4)
		words /= 2;
	if (words < select->asked.words && !resize(&select->asked, words))
		wait_buffer_trim(&select->copies, bytes_of(words));
}

static void put(unsigned long *set, size_t fd, bool in)
{
	unsigned long bit = 1ul << fd % WORD_BITS;

	if (in)
		set[fd / WORD_BITS] |= bit;
	else
		set[fd / WORD_BITS] &= ~bit;
}

static bool has(const unsigned long *set, size_t fd)
{
	return set[fd / WORD_BITS] >> fd % WORD_BITS & 1;
}

/* Returns the first descriptor from `fd` on that is in one of the sets, or else `end` or more. */
static size_t sets_next(const struct sets *sets, size_t fd, size_t end)
{
	while (fd < end) {
		size_t word = fd / WORD_BITS;
		unsigned long bits = (sets->read[word] | sets->write[word]) >> fd % WORD_BITS;

		if (bits)
			return fd + (size_t)__builtin_ctzl(bits);
		fd = (word + 1) * WORD_BITS;
	}
	return end;
}

/* --------------------------------------------------------------------------------- changes */

static int select_create(struct event_base *base, void **state)
{
	struct select *select = memory_allocate_zeroed(1, sizeof(*select));

	(void)base;
	if (!select)
		return -ENOMEM;
	*state = select;
	return 0;
}

static void select_destroy(void *state)
{
	struct select *select = state;

	memory_free(select->asked.read);
	wait_buffer_free(&select->copies);
	memory_free(select);
}

static int select_change(void *state, const struct backend_change *change)
{
	const short can = EV_READ | EV_WRITE;
	struct select *select = state;
	size_t fd = (size_t)change->fd, words = fd / WORD_BITS + 1;

	/* Refuses EV_CLOSED without other bits, unless the removal of other events leaves it. */
	if ((change->after & EV_CLOSED) && !((change->before | change->after) & can))
		return -EINVAL;
	if (!(change->after & can) && words > select->asked.words)
		return 0;
	if ((change->after & can) && make_room(select, words))
		return -ENOMEM;
	put(select->asked.read, fd, change->after & EV_READ);
	put(select->asked.write, fd, change->after & EV_WRITE);
	if (select->used < words)
		select->used = words;
	while (select->used && !select->asked.read[select->used - 1] &&
	       !select->asked.write[select->used - 1])
		select->used--;
	if (change->trim)
		give_back(select);
	return 0;
}

/* --------------------------------------------------------------------------------- waiting */

/* Copies the used words of both sets to memory that the kernel may write to. */
static struct sets borrow(struct select *select)
{
	size_t words = select->used;
	unsigned long *memory = wait_buffer_borrow(&select->copies);

	if (!words)
		return (struct sets){ 0 };
	memcpy(memory, select->asked.read, words * sizeof(*memory));
	memcpy(memory + words, select->asked.write, words * sizeof(*memory));
	return (struct sets){ memory, memory + words, words };
}

static short ready_events(const struct sets *ready, size_t fd)
{
	return (short)((has(ready->read, fd) ? EV_READ : 0) |
		       (has(ready->write, fd) ? EV_WRITE : 0));
}

static void report_all(struct event_base *base, struct select *select, const struct sets *ready)
{
	size_t end = ready->words * WORD_BITS, fd;
	size_t start = select->start < end ? sets_next(ready, select->start, end) : end;

	if (start >= end)
		start = sets_next(ready, 0, end);
	for (fd = start; fd < end; fd = sets_next(ready, fd + 1, end))
		backend_report(base, (int)fd, ready_events(ready, fd));
	for (fd = sets_next(ready, 0, start); fd < start; fd = sets_next(ready, fd + 1, start))
		backend_report(base, (int)fd, ready_events(ready, fd));
	select->start = start + 1;
}

/* Returns how many descriptors are ready, or -errno with the sets unchanged. */
static int wait_for_descriptors(const struct sets *sets, uint64_t timeout)
{
	const struct timespec span = {
		.tv_sec = (time_t)(timeout / TIMER_SECOND),
		.tv_nsec = (long)(timeout % TIMER_SECOND),
	};
	int ready =
		pselect((int)(sets->words * WORD_BITS), (fd_set *)sets->read, (fd_set *)sets->write,
			NULL, timeout == BACKEND_FOREVER ? NULL : &span, NULL);

	return ready < 0 ? -errno : ready;
}

/*
 * Reports the closed descriptors, removes them from the sets, and tests which others are ready.
 * Returns how many are ready, or -errno. If another thread has opened the closed number again since
 * the wait, this function does not report it, and the loop waits again.
 */
static int look_without_closed(struct event_base *base, const struct sets *sets)
{
	size_t end = sets->words * WORD_BITS;

	for (size_t fd = sets_next(sets, 0, end); fd < end; fd = sets_next(sets, fd + 1, end)) {
		if (fcntl((int)fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		put(sets->read, fd, false);
		put(sets->write, fd, false);
		backend_report(base, (int)fd, EV_READ | EV_WRITE);
	}
	return wait_for_descriptors(sets, 0);
}

static int select_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct select *select = state;
	struct sets sets = borrow(select);
	int ready;

	base_unlock(base);
	ready = wait_for_descriptors(&sets, timeout);
	base_lock(base);
	if (ready == -EBADF)
		ready = look_without_closed(base, &sets);
	if (ready > 0)
		report_all(base, select, &sets);
	wait_buffer_return(&select->copies);
	return ready >= 0 || ready == -EINTR || ready == -EBADF ? 0 : ready;
}

static const char *select_check(const void *state)
{
	const struct select *select = state;

	if (select->used > select->asked.words)
		return "select: more words are in use than the sets have";
	if (wait_buffer_size(&select->copies) < bytes_of(select->used))
		return "select: the next wait has no room for its copies";
	for (size_t i = select->used; i < select->asked.words; i++) {
		if (select->asked.read[i] || select->asked.write[i])
			return "select: a descriptor is beyond the words in use";
	}
	if (select->used && !select->asked.read[select->used - 1] &&
	    !select->asked.write[select->used - 1])
		return "select: the last word in use is empty";
	return NULL;
}

const struct backend backend_select = {
	.name = "select",
	.summary = "passes bit sets to the kernel at each wait; nanoseconds by pselect",
	.preference = 30,
	.features = EV_FEATURE_FDS,
	.create = select_create,
	.destroy = select_destroy,
	.change = select_change,
	.wait = select_wait,
	.check = select_check,
};
