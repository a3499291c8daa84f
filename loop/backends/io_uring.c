/*
 * io_uring - descriptors are watched by requests in a ring shared with the kernel
 *
 * To watch a descriptor, the loop puts a poll request into the submission queue. The kernel answers
 * in the completion queue. One system call submits the requests for all descriptors that have
 * changed. This interface has consequences for a loop:
 *
 * A poll request is edge-triggered. It completes when the descriptor becomes ready, or at once if
 * the descriptor is ready. Events are level-triggered unless EV_ET is set. So a level-triggered
 * descriptor gets a one-shot request. After each report it gets a new request before the next wait.
 * The new request completes at once if the descriptor is still ready. This costs as much as poll,
 * but only for descriptors that were ready. An edge-triggered descriptor gets a multishot request,
 * which reports until it is cancelled. If the kernel ends the request (a completion without
 * IORING_CQE_F_MORE), the descriptor gets a new request.
 *
 * A request holds the open file, not the descriptor number. After close the request still exists,
 * and a new file with the same number has no request. So this backend cancels a request by its
 * name, never by the descriptor. The name of a request consists of the descriptor and a serial
 * number.
 *
 * After a request was cancelled, its completions may still arrive. So this backend drops a
 * completion if its serial number is not the serial number of the descriptor's present request.
 *
 * liburing is not thread-safe. So a thread that uses the submission queue holds the base's lock.
 * The loop's thread submits before it releases the lock. Then it only waits for completions. It
 * passes the timeout as an argument of the system call (IORING_FEAT_EXT_ARG), since a timeout
 * request would need the submission queue. While the loop's thread sleeps, a thread that makes a
 * change submits the change at once.
 *
 * The kernel may forbid io_uring (kernel.io_uring_disabled, seccomp filters of containers). Then
 * the loop takes another backend. This backend waits by a system call that simulated time cannot
 * replace.
 */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "loop/backend.h"
#include "loop/descriptor_table.h"
#include "loop/lock.h"
#include "loop/memory.h"

/* The room for requests that are not yet submitted, and for completions that are not yet read. */
#define SUBMISSIONS 256
#define COMPLETIONS 4096

/*
 * Timeouts as arguments, no lost completions, and tags. This backend does not use tags. They show
 * that the kernel has multishot poll, which is as old (Linux 5.13).
 */
#define NEEDED_FEATURES (IORING_FEAT_EXT_ARG | IORING_FEAT_NODROP | IORING_FEAT_RSRC_TAGS)

/* If the kernel did not accept all requests, the others are submitted after this time, in ns. */
#define SUBMIT_AGAIN 1000000

/* The name of requests whose completions are ignored. */
#define NOBODY UINT64_MAX

struct uring_watch {
	uint32_t number; /* the serial number of the present request, or 0 */
	int next;	 /* if `waiting`: the next descriptor in the list, or -1 */
	short events;	 /* EV_ bits that the loop asks for, or 0 */
	bool requested;	 /* there is a present request that has not ended */
	bool waiting;	 /* the descriptor is in the list of those that need a new request */
};

struct uring {
	struct io_uring ring;
	struct descriptor_table watches; /* of struct uring_watch */
	int first, last;   /* the list of descriptors that need a new request, or -1 */
	uint32_t requests; /* the serial number of the last request */
	bool asleep;	   /* the loop's thread waits, without the lock */
	pid_t owner;	   /* the process that created the ring */
};

static int uring_create(struct event_base *base, void **state)
{
	struct io_uring_params parameters = { .flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP,
					      .cq_entries = COMPLETIONS };
	struct uring *uring = memory_allocate_zeroed(1, sizeof(*uring));
	int result;

	(void)base;
	if (!uring)
		return -ENOMEM;
	result = io_uring_queue_init_params(SUBMISSIONS, &uring->ring, &parameters);
	if (!result && (parameters.features & NEEDED_FEATURES) != NEEDED_FEATURES) {
		io_uring_queue_exit(&uring->ring);
		result = -ENOSYS;
	}
	if (result) {
		memory_free(uring);
		return result;
	}
	uring->watches.entry_size = sizeof(struct uring_watch);
	uring->first = uring->last = -1;
	uring->owner = getpid();
	*state = uring;
	return 0;
}

/*
 * Returns a free entry of the submission queue. Submits a full queue first. Returns NULL if that
 * fails.
 */
static struct io_uring_sqe *uring_request(struct uring *uring)
{
	struct io_uring_sqe *request = io_uring_get_sqe(&uring->ring);

	while (!request && io_uring_submit(&uring->ring) >= 0)
		request = io_uring_get_sqe(&uring->ring);
	return request;
}

/*
 * Cancels all requests before the ring is closed. The kernel destroys a ring some time after it was
 * closed, and until then the requests keep their files open. In the child of a fork the requests
 * belong to the parent, and are not cancelled.
 */
static void uring_take_all_back(struct uring *uring)
{
	struct io_uring_sqe *request = uring->owner == getpid() ? uring_request(uring) : NULL;

	if (!request)
		return;
	io_uring_prep_cancel64(request, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
	io_uring_sqe_set_data64(request, NOBODY);
	io_uring_submit(&uring->ring);
}

static void uring_destroy(void *state)
{
	struct uring *uring = state;

	uring_take_all_back(uring);
	io_uring_queue_exit(&uring->ring);
	descriptor_table_free(&uring->watches);
	memory_free(uring);
}

static struct uring_watch *uring_find(const struct uring *uring, int fd)
{
	return descriptor_table_find(&uring->watches, fd);
}

static uint64_t uring_name(int fd, const struct uring_watch *watch)
{
	return (uint64_t)watch->number << 32 | (uint32_t)fd;
}

static unsigned uring_mask(short events)
{
	return (unsigned)((events & EV_READ ? POLLIN : 0) | (events & EV_WRITE ? POLLOUT : 0) |
			  (events & EV_CLOSED ? POLLRDHUP : 0));
}

/* Makes a request for the descriptor's bits. Returns 0 or -ENOMEM. */
static int uring_watch_for(struct uring *uring, int fd, struct uring_watch *watch)
{
	struct io_uring_sqe *request = uring_request(uring);

	if (!request)
		return -ENOMEM;
	uring->requests += uring->requests == UINT32_MAX ? 2 : 1;
	watch->number = uring->requests;
	if (watch->events & EV_ET)
		io_uring_prep_poll_multishot(request, fd, uring_mask(watch->events));
	else
		io_uring_prep_poll_add(request, fd, uring_mask(watch->events));
	io_uring_sqe_set_data64(request, uring_name(fd, watch));
	watch->requested = true;
	return 0;
}

/*
 * Cancels the present request, if there is one. A poll removal would fail (EALREADY) while the
 * kernel completes the request, and a multishot request would then keep its file open for ever. A
 * cancellation does not fail.
 *
 * Removing a descriptor must not fail. So if the submission queue has no free entry, the request
 * stays, and its completions are dropped.
 */
static void uring_take_back(struct uring *uring, int fd, struct uring_watch *watch)
{
	struct io_uring_sqe *request = watch->requested ? uring_request(uring) : NULL;

	if (request) {
		io_uring_prep_cancel64(request, uring_name(fd, watch), 0);
		io_uring_sqe_set_data64(request, NOBODY);
	}
	watch->requested = false;
	watch->number = 0;
}

/* Called when the request has ended. Puts the descriptor into the list for a new request. */
static void uring_need_another(struct uring *uring, int fd, struct uring_watch *watch)
{
	watch->requested = false;
	if (watch->waiting)
		return;
	watch->waiting = true;
	watch->next = -1;
	if (uring->last < 0)
		uring->first = fd;
	else
		uring_find(uring, uring->last)->next = fd;
	uring->last = fd;
}

/* Removes the first descriptor from the list for new requests, and returns it, or -1. */
static int uring_take_waiting(struct uring *uring)
{
	int fd = uring->first;
	struct uring_watch *watch = uring_find(uring, fd);

	if (!watch)
		return -1;
	watch->waiting = false;
	uring->first = watch->next;
	if (uring->first < 0)
		uring->last = -1;
	return fd;
}

/* Returns whether an entry of the table is in use: its descriptor is watched or in the list. */
static bool uring_is_used(const void *entry)
{
	const struct uring_watch *watch = entry;

	return watch->events || watch->waiting;
}

static int uring_ask(struct uring *uring, int fd, struct uring_watch *watch,
		     const struct backend_change *change)
{
	int result;

	uring_take_back(uring, fd, watch);
	watch->events = change->after;
	if (!change->after)
		return 0;
	result = uring_watch_for(uring, fd, watch);
	if (!result)
		return 0;
	/* The change failed, so the old bits stay. Their request is made when there is room. */
	watch->events = change->before;
	if (change->before)
		uring_need_another(uring, fd, watch);
	return result;
}

static int uring_change(void *state, const struct backend_change *change)
{
	struct uring *uring = state;
	struct uring_watch *watch;
	bool was_used;
	int result = change->after ? descriptor_table_reserve(&uring->watches, change->fd) : 0;

	watch = uring_find(uring, change->fd);
	if (result || !watch)
		return result;
	was_used = uring_is_used(watch);
	result = uring_ask(uring, change->fd, watch, change);
	if (!was_used && uring_is_used(watch))
		descriptor_table_use(&uring->watches, change->fd);
	if (was_used && !uring_is_used(watch))
		descriptor_table_disuse(&uring->watches, change->fd);
	if (change->trim)
		descriptor_table_trim(&uring->watches);
	/* The program may close a removed descriptor next, but the request keeps the file open. */
	if (uring->asleep || !change->after)
		io_uring_submit(&uring->ring);
	return result;
}

/* Makes requests for the descriptors in the list. They stay in the list if there is no room. */
static void uring_watch_again(struct uring *uring)
{
	int last = uring->last, fd;

	do {
		struct uring_watch *watch;

		fd = uring_take_waiting(uring);
		watch = uring_find(uring, fd);
		if (!watch)
			return;
		if (!watch->events)
			descriptor_table_disuse(&uring->watches, fd);
		else if (!watch->requested && uring_watch_for(uring, fd, watch))
			uring_need_another(uring, fd, watch);
	} while (fd != last);
}

static short uring_events(const struct uring_watch *watch, int result)
{
	short events = 0;

	/* The descriptor is broken: the program's next read or write returns the error. */
	if (result < 0 || result & (POLLERR | POLLHUP | POLLNVAL)) {
		events = EV_READ | EV_WRITE;
		/* An event with EV_CLOSED only would not be called otherwise: see poll_list.c. */
		if (!(watch->events & (EV_READ | EV_WRITE)))
			events |= EV_CLOSED;
	}
	if (result < 0)
		return events;
	events |= result & POLLIN ? EV_READ : 0;
	events |= result & POLLOUT ? EV_WRITE : 0;
	events |= result & POLLRDHUP ? EV_CLOSED : 0;
	return events;
}

/* Handles one completion. Returns whether it reported a descriptor. */
static bool uring_completed(struct event_base *base, struct uring *uring,
			    const struct io_uring_cqe *completion)
{
	uint64_t name = completion->user_data;
	int fd = (int)(uint32_t)name;
	struct uring_watch *watch = name == NOBODY ? NULL : uring_find(uring, fd);

	if (!watch || watch->number != name >> 32)
		return false;
	if (!(completion->flags & IORING_CQE_F_MORE))
		uring_need_another(uring, fd, watch);
	/* The kernel cancels a request when the thread that submitted it ends. */
	if (completion->res == -ECANCELED)
		return false;
	backend_report(base, fd, uring_events(watch, completion->res));
	return true;
}

/* Handles all completions. Returns how many of them reported a descriptor. */
static int uring_reap(struct event_base *base, struct uring *uring)
{
	struct io_uring_cqe *completion;
	unsigned head, count = 0;
	int reports = 0;

	io_uring_for_each_cqe(&uring->ring, head, completion)
	{
		reports += uring_completed(base, uring, completion);
		count++;
	}
	io_uring_cq_advance(&uring->ring, count);
	return reports;
}

/* Returns whether the loop may wait again after this error of liburing. */
static bool uring_may_go_on(int result)
{
	return result == -EAGAIN || result == -EBUSY || result == -EINTR || result == -ETIME;
}

/* Submits the changes, then waits for completions. Makes one or two system calls. */
static int uring_sleep(struct event_base *base, struct uring *uring, uint64_t timeout)
{
	struct __kernel_timespec time;
	struct io_uring_cqe *completion;
	int result;

	uring_watch_again(uring);
	result = io_uring_submit(&uring->ring);
	if (result < 0 && !uring_may_go_on(result))
		return result;
	/* If the kernel has not accepted all requests, nothing wakes the loop for the others. */
	if (io_uring_sq_ready(&uring->ring) && timeout > SUBMIT_AGAIN)
		timeout = SUBMIT_AGAIN;
	time.tv_sec = (long long)(timeout / 1000000000);
	time.tv_nsec = (long long)(timeout % 1000000000);
	uring->asleep = true;
	base_unlock(base);
	/* This call must not use the submission queue: see the head of this file. */
	result = io_uring_wait_cqes(&uring->ring, &completion, 1,
				    timeout == BACKEND_FOREVER ? NULL : &time, NULL);
	base_lock(base);
	uring->asleep = false;
	return result;
}

static uint64_t uring_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Waits until a completion reports a descriptor. Completions of cancelled requests do not count. */
static int uring_wait(struct event_base *base, void *state, uint64_t timeout)
{
	struct uring *uring = state;
	uint64_t now = uring_now();
	uint64_t end = timeout < BACKEND_FOREVER - now ? now + timeout : BACKEND_FOREVER;

	for (;;) {
		int result = uring_sleep(base, uring, timeout);

		if (uring_reap(base, uring) || result == -EINTR)
			return 0;
		if (result < 0 && !uring_may_go_on(result))
			return result;
		now = uring_now();
		if (now >= end)
			return 0;
		timeout = end == BACKEND_FOREVER ? BACKEND_FOREVER : end - now;
	}
}

static const char *uring_check(const void *state)
{
	const struct uring *uring = state;
	size_t waiting = 0;

	for (int fd = descriptor_table_next(&uring->watches, 0); fd >= 0;
	     fd = descriptor_table_next(&uring->watches, fd + 1)) {
		const struct uring_watch *watch = uring_find(uring, fd);

		waiting += watch->waiting;
		if (watch->events && !watch->requested && !watch->waiting)
			return "io_uring: a watched descriptor has no request and awaits none";
	}
	for (int fd = uring->first; fd >= 0; fd = uring_find(uring, fd)->next) {
		if (!waiting-- || !uring_find(uring, fd)->waiting)
			return "io_uring: the list has a descriptor that is not marked as waiting";
	}
	if (waiting)
		return "io_uring: a waiting descriptor is not in the list";
	return descriptor_table_check(&uring->watches, uring_is_used);
}

const struct backend backend_io_uring = {
	.name = "io_uring",
	.summary = "descriptors watched by requests in a ring shared with the kernel",
	.preference = 40,
	.features = EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE,
	.create = uring_create,
	.destroy = uring_destroy,
	.change = uring_change,
	.wait = uring_wait,
	.real_time_only = true,
	.check = uring_check,
};
