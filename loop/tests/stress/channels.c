/*
 * channels.c - pairs of descriptors that are written to, closed and opened again
 *
 * A channel is opened again in one of two ways. In order: its events are deleted before its
 * descriptors are closed. Under the loop: the events stay, which is a mistake that real programs
 * make. Then the kernel forgets the descriptors, and the loop owes these events no call until the
 * channel is opened again in order. The loop must survive this and call all other events.
 */
#include "loop/tests/stress/stress.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * Held while descriptors are opened, and while a number is closed that is to be opened again. So no
 * other descriptor gets this number in between.
 */
static pthread_mutex_t numbers = PTHREAD_MUTEX_INITIALIZER;

/*
 * Moves a descriptor to another number, which is sometimes high, so that the loop's tables grow.
 * Returns the number.
 */
static int elsewhere(int fd)
{
	int moved = one_of(4) ? fcntl(fd, F_DUPFD_CLOEXEC, 64 + (int)draw_below(900)) : -1;

	if (moved < 0)
		return fd;
	calls.close(fd);
	return moved;
}

static void open_ends(bool is_pipe, int *ends)
{
	int result =
		is_pipe ? pipe2(ends, O_NONBLOCK | O_CLOEXEC)
			: socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);

	if (result)
		fail(NULL, "no descriptors are left: a test or the loop leaks them");
}

static void open_channel(struct channel *channel)
{
	channel->is_pipe = one_of(3);
	open_ends(channel->is_pipe, channel->ends);
	for (int i = 0; i < 2; i++)
		channel->ends[i] = elsewhere(channel->ends[i]);
	atomic_store(&channel->disordered, false);
}

void channels_begin(void)
{
	for (int i = 0; i < CHANNELS; i++) {
		pthread_mutex_init(&stress.channels[i].lock, NULL);
		open_channel(&stress.channels[i]);
	}
}

void channels_end(void)
{
	for (int i = 0; i < CHANNELS; i++) {
		close(stress.channels[i].ends[0]);
		close(stress.channels[i].ends[1]);
	}
}

void channel_write(struct channel *channel)
{
	static const char bytes[32];
	int end;

	if (pthread_mutex_trylock(&channel->lock))
		return;
	end = channel->is_pipe ? 1 : (int)draw_below(2);
	if (write(channel->ends[end], bytes, 1 + draw_below(sizeof(bytes))) < 0) {
		/* The channel is full, or its other end is closed for now. */
	}
	pthread_mutex_unlock(&channel->lock);
}

static void fill(const struct channel *channel)
{
	static const char bytes[4096];

	for (int i = channel->is_pipe ? 1 : 0; i < 2; i++) {
		while (write(channel->ends[i], bytes, sizeof(bytes)) > 0)
			;
	}
}

static void empty(const struct channel *channel)
{
	char bytes[4096];

	for (int i = 0; i < (channel->is_pipe ? 1 : 2); i++) {
		while (read(channel->ends[i], bytes, sizeof(bytes)) > 0)
			;
	}
}

/* Reads all bytes of the channel. Otherwise writers would wait for ever. */
void channel_empty(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	empty(channel);
	pthread_mutex_unlock(&channel->lock);
}

/*
 * Fills and empties the channel, so that it becomes writable. Edge-triggered writers need this
 * edge.
 */
void channel_fill_and_empty(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	fill(channel);
	empty(channel);
	pthread_mutex_unlock(&channel->lock);
}

/*
 * Opens the channel again under the loop: other files get the descriptors' numbers. Does nothing in
 * the child of a fork. A file that the child closes is still open in the parent, so it would stay
 * in the child's epoll set and be reported for ever.
 */
void channel_replace(struct channel *channel)
{
	int ends[2];

	if (stress.is_child)
		return;
	if (pthread_mutex_trylock(&channel->lock))
		return;
	if (pthread_mutex_trylock(&numbers)) {
		pthread_mutex_unlock(&channel->lock);
		return;
	}
	atomic_store(&channel->disordered, true);
	open_ends(channel->is_pipe, ends);
	if (one_of(2)) {
		close(channel->ends[0]);
		close(channel->ends[1]);
		if (stress.threads)
			nanosleep(&(struct timespec){ 0, (long)draw_below(1000000) }, NULL);
	}
	for (int i = 0; i < 2; i++) {
		dup3(ends[i], channel->ends[i], O_CLOEXEC);
		close(ends[i]);
	}
	pthread_mutex_unlock(&numbers);
	pthread_mutex_unlock(&channel->lock);
	atomic_fetch_add(&stress.reopened, 1);
}

/* -------------------------------------------------------------------------------- in order */

/* Returns the channel's next slot from index `from` on. */
static int next_slot(const struct channel *channel, int from)
{
	while (from < stress.slots_used && stress.slots[from].channel != channel)
		from++;
	return from;
}

static void unlock_slots(const struct channel *channel, int end)
{
	for (int i = next_slot(channel, 0); i < end; i = next_slot(channel, i + 1))
		pthread_mutex_unlock(&stress.slots[i].lock);
}

/*
 * Locks all slots of the channel. Returns false, with none locked, if a slot is in use or is being
 * finalized.
 */
static bool lock_slots(const struct channel *channel)
{
	for (int i = next_slot(channel, 0); i < stress.slots_used; i = next_slot(channel, i + 1)) {
		struct slot *slot = &stress.slots[i];

		if (pthread_mutex_trylock(&slot->lock)) {
			unlock_slots(channel, i);
			return false;
		}
		if (slot_is_busy(slot)) {
			unlock_slots(channel, i + 1);
			return false;
		}
	}
	return true;
}

static void release_events(const struct channel *channel)
{
	for (int i = next_slot(channel, 0); i < stress.slots_used; i = next_slot(channel, i + 1)) {
		struct slot *slot = &stress.slots[i];

		if (slot->kind == KIND_READER || slot->kind == KIND_WRITER)
			slot_release(slot);
	}
}

static void close_and_open(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	pthread_mutex_lock(&numbers);
	calls.close(channel->ends[0]);
	calls.close(channel->ends[1]);
	open_channel(channel);
	pthread_mutex_unlock(&numbers);
	pthread_mutex_unlock(&channel->lock);
}

void channel_reopen_in_order(struct channel *channel)
{
	if (!lock_slots(channel))
		return;
	release_events(channel);
	close_and_open(channel);
	unlock_slots(channel, stress.slots_used);
	atomic_fetch_add(&stress.reopened, 1);
}
