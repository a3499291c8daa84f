/*
 * select - the kernel is shown all descriptors at each wait, as sets of bits
 *
 * The oldest interface, and the last that the loop tries: a wait costs the highest number that is
 * watched. It is everywhere, a sandbox that forbids all else included. The traps:
 *
 * fd_set has room for 1024 descriptors, and FD_SET beyond it writes into what stands behind it, or
 * ends the process where the C library checks. The kernel has no such limit: it reads as many bits
 * as it is told. So the sets are arrays of our own that grow, with bit operations of our own; the
 * kernel's bits are those of unsigned long, in the machine's order.
 *
 * The kernel writes its results over the sets, so each wait works on copies. That also settles what
 * other threads add and delete meanwhile; the copies grow only in the thread that waits.
 *
 * A single closed descriptor makes the whole call fail with EBADF, and it does not say which one.
 * Trying again would fail for ever. So each is asked for, by fcntl; those that are closed are
 * reported as readable and writable, so that their owners meet the EBADF, and the others are looked
 * at once more without them. (The kernel skips numbers beyond the process's table of descriptors,
 * closed as they must be, and leaves their bits as they were, so these are reported along with
 * others. The table does not shrink: only in the child of a fork can such a number be left over.)
 *
 * A hang-up counts as readable, an error as both. So a writer that waits for room in a socket which
 * the peer has shut down is not woken by that, unless it reads too: nothing in these sets tells.
 * Nor is the peer's closing told apart from data to read, so this cannot do EV_CLOSED: who asks for
 * that alone is refused, and beside EV_READ it never comes. The third set, for exceptions, is
 * urgent data of sockets and not used here.
 *
 * The order of the report is that of the numbers; so that low ones have no advantage, the one that
 * is reported first comes last the next time.
 *
 * select's timeval counts microseconds and is changed by the call; pselect has neither trait.
 */
#include "loop/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>

#include <event2/event.h>

#include "loop/io_map.h"
#include "loop/lock.h"
#include "loop/memory.h"
#include "structures/timer.h"

#define WORD_BITS (8 * sizeof(unsigned long))

struct sets {
	unsigned long *read, *write; /* by descriptor, `words` each */
	size_t words;
};

struct select {
	struct sets asked;
	size_t used;	   /* words of `asked` up to the last that is not empty */
	struct sets ready; /* only the thread that waits touches it */
	size_t start;	   /* the descriptor at which the next report starts */
};

/* Grows to `words` at least, with zeros. 0 or -ENOMEM. */
static int sets_grow(struct sets *sets, size_t words)
{
	unsigned long **const both[] = { &sets->read, &sets->write };
	size_t room = sets->words ? sets->words : 1;

	if (words <= sets->words)
		return 0;
	while (room < words)
		room *= 2;
	for (size_t i = 0; i < 2; i++) {
		unsigned long *set = memory_reallocate(*both[i], room * sizeof(*set));

		if (!set)
			return -ENOMEM;
		memset(set + sets->words, 0, (room - sets->words) * sizeof(*set));
		*both[i] = set;
	}
	sets->words = room;
	return 0;
}

static void sets_free(struct sets *sets)
{
	memory_free(sets->read);
	memory_free(sets->write);
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

/* The first descriptor from `fd` on that is in either set; `end`, or more, if there is none. */
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

	sets_free(&select->asked);
	sets_free(&select->ready);
	memory_free(select);
}

static int select_change(void *state, const struct backend_change *change)
{
	const short can = EV_READ | EV_WRITE;
	struct select *select = state;
	size_t fd = (size_t)change->fd, words = fd / WORD_BITS + 1;

	/* Where EV_CLOSED is what is left when others go, that going must not fail. */
	if ((change->after & EV_CLOSED) && !((change->before | change->after) & can))
		return -EINVAL;
	if (!(change->after & can) && words > select->asked.words)
		return 0;
	if (sets_grow(&select->asked, words))
		return -ENOMEM;
	put(select->asked.read, fd, change->after & EV_READ);
	put(select->asked.write, fd, change->after & EV_WRITE);
	if (select->used < words)
		select->used = words;
	while (select->used && !select->asked.read[select->used - 1] &&
	       !select->asked.write[select->used - 1])
		select->used--;
	return 0;
}

/* --------------------------------------------------------------------------------- waiting */

static short ready_events(const struct select *select, size_t fd)
{
	return (short)((has(select->ready.read, fd) ? EV_READ : 0) |
		       (has(select->ready.write, fd) ? EV_WRITE : 0));
}

static void report_all(struct event_base *base, struct select *select, size_t end)
{
	size_t start = select->start < end ? sets_next(&select->ready, select->start, end) : end;
	size_t fd;

	if (start >= end)
		start = sets_next(&select->ready, 0, end);
	for (fd = start; fd < end; fd = sets_next(&select->ready, fd + 1, end))
		io_map_report(base, (int)fd, ready_events(select, fd));
	for (fd = sets_next(&select->ready, 0, start); fd < start;
	     fd = sets_next(&select->ready, fd + 1, start))
		io_map_report(base, (int)fd, ready_events(select, fd));
	select->start = start + 1;
}

/* What is ready, or -errno. The sets are changed only if it succeeds. */
static int wait_for_descriptors(struct select *select, size_t words, uint64_t timeout)
{
	const struct timespec span = {
		.tv_sec = (time_t)(timeout / TIMER_SECOND),
		.tv_nsec = (long)(timeout % TIMER_SECOND),
	};
	int ready = pselect((int)(words * WORD_BITS), (fd_set *)select->ready.read,
			    (fd_set *)select->ready.write, NULL,
			    timeout == BACKEND_FOREVER ? NULL : &span, NULL);

	return ready < 0 ? -errno : ready;
}

/*
 * Reports the closed ones, and looks which others are ready. If by now none is closed, as another
 * thread has opened the number anew, the loop comes back for the rest of its timeout.
 */
static int look_without_closed(struct event_base *base, struct select *select, size_t words)
{
	size_t end = words * WORD_BITS;

	for (size_t fd = sets_next(&select->ready, 0, end); fd < end;
	     fd = sets_next(&select->ready, fd + 1, end)) {
		if (fcntl((int)fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		put(select->ready.read, fd, false);
		put(select->ready.write, fd, false);
		io_map_report(base, (int)fd, EV_READ | EV_WRITE);
	}
	return wait_for_descriptors(select, words, 0);
}

static int select_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct select *select = state;
	size_t words = select->used;
	int ready;

	if (sets_grow(&select->ready, words))
		return -ENOMEM;
	if (words) {
		memcpy(select->ready.read, select->asked.read, words * sizeof(unsigned long));
		memcpy(select->ready.write, select->asked.write, words * sizeof(unsigned long));
	}
	base_unlock(base);
	ready = wait_for_descriptors(select, words, timeout);
	base_lock(base);
	if (ready == -EBADF)
		ready = look_without_closed(base, select, words);
	if (ready > 0)
		report_all(base, select, words * WORD_BITS);
	return ready >= 0 || ready == -EINTR || ready == -EBADF ? 0 : ready;
}

static const char *select_check(const void *state)
{
	const struct select *select = state;

	if (select->used > select->asked.words)
		return "select: more is used than there is";
	for (size_t i = select->used; i < select->asked.words; i++) {
		if (select->asked.read[i] || select->asked.write[i])
			return "select: a descriptor is beyond those that the kernel is shown";
	}
	if (select->used && !select->asked.read[select->used - 1] &&
	    !select->asked.write[select->used - 1])
		return "select: the kernel is shown more than need be";
	return NULL;
}

const struct backend backend_select = {
	.name = "select",
	.summary = "shows the kernel sets of bits at each wait; nanoseconds by pselect",
	.preference = 30,
	.features = EV_FEATURE_FDS,
	.create = select_create,
	.destroy = select_destroy,
	.change = select_change,
	.wait = select_wait,
	.check = select_check,
};
