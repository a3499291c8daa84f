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
 * other threads add and delete meanwhile. The copies' memory is reserved by whoever adds.
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
#include "loop/wait_buffer.h"
#include "structures/timer.h"

#define WORD_BITS      (8 * sizeof(unsigned long))
#define WORDS_AT_LEAST 16 /* as in fd_set: a shorter one is not worth a shrinking */

/* Bits by descriptor, `words` in each set, which stand one behind the other. */
struct sets {
	unsigned long *read, *write;
	size_t words;
};

struct select {
	struct sets asked;
	size_t used;		   /* words of `asked` up to the last that is not empty */
	struct wait_buffer copies; /* of `asked`, both sets in one */
	size_t start;		   /* the descriptor at which the next report starts */
};

/* Of both sets. */
static size_t bytes_of(size_t words)
{
	return 2 * words * sizeof(unsigned long);
}

/* Both sets become this long; words that are added are zero. 0 or -ENOMEM. */
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

/* They grow when they are too short and shrink when a quarter is used. */
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

	memory_free(select->asked.read);
	wait_buffer_free(&select->copies);
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

/* The copies of both sets as far as they are used, for the kernel to write to. */
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
		io_map_report(base, (int)fd, ready_events(ready, fd));
	for (fd = sets_next(ready, 0, start); fd < start; fd = sets_next(ready, fd + 1, start))
		io_map_report(base, (int)fd, ready_events(ready, fd));
	select->start = start + 1;
}

/* What is ready, or -errno. The sets are changed only if it succeeds. */
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
 * Reports the closed ones, and looks which others are ready. If by now none is closed, as another
 * thread has opened the number anew, the loop comes back for the rest of its timeout.
 */
static int look_without_closed(struct event_base *base, const struct sets *sets)
{
	size_t end = sets->words * WORD_BITS;

	for (size_t fd = sets_next(sets, 0, end); fd < end; fd = sets_next(sets, fd + 1, end)) {
		if (fcntl((int)fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		put(sets->read, fd, false);
		put(sets->write, fd, false);
		io_map_report(base, (int)fd, EV_READ | EV_WRITE);
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
		return "select: more is used than there is";
	if (wait_buffer_size(&select->copies) < bytes_of(select->used))
		return "select: the next wait has no room for its copies";
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
