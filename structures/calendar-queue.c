/*
 * calendar-queue - a year of days, each a sorted list, with a number and width of days that suit
 * the timers
 *
 * IDEA. A desk calendar has a page for each day of the year, and an appointment of next year is
 * written on the same page. A bucket is such a page: a sorted list of all timers of one day of any
 * year. The clock goes from day to day, and fires the timers on the day's page that are due this
 * year.
 *
 *	 days of 10 ns, a year of 4 days: it is day 5, which is day 1 of the second year
 *
 *	  bucket 0   81                  day 8
 *	 >bucket 1   52 < 58 < 97        day 5, day 5, day 9
 *	  bucket 2
 *	  bucket 3   70 < 112            day 7, day 11
 *
 * All operations are O(1) if each day has few timers and few days are empty. So the number of
 * buckets doubles when there are more than two timers per bucket, and halves when there is less
 * than half a timer per bucket. Each time, the days get a new width: 3 times the average separation
 * of the next timers (25 at most). Separations of more than twice the average are left out. If
 * nothing was due in a whole year, a direct search finds the earliest of the first timers of all
 * lists, and the clock jumps to it.
 *
 * COST.   insert     O(1) amortised and expected: a division and a few steps in a list,
 *                    unless a resize distributes all timers again; O(n) at worst
 *         reinsert   a remove and an insert
 *         remove     O(1) amortised
 *         next       O(1) expected: passes empty days; O(n) after an empty year
 *         expire     as next, for each timer
 *         memory     8 bytes per timer that is reserved for, up to 16 after growing
 *
 * GIVES BACK. Nothing before destroy: the array of days stays as large as the most that was
 * reserved for.
 *
 * WINS. Where as many timers are armed as fire or are stopped, and their deadlines are spread about
 * evenly. At 10,000 timers it is well ahead of the binary heap in the workloads hold, rpc and idle,
 * most of all in idle, where every timer goes to the end of its list. At a million timers, it is
 * ahead of the 4-ary heap in idle and rpc, but not in hold.
 *
 * LOSES. In the worst operation, when a resize distributes all timers again. Where the number of
 * timers goes up and down (the workload burst), because then it keeps resizing. Where the next
 * timers are not typical: in idle with 16 intervals, the next timers are the few that have been
 * silent for long, and the width that suits them makes long lists of all others. Where deadlines
 * change and the number of timers does not, because then nothing changes the width. If 100,000
 * timers of 1 ms on average turn into timers of 1,000 s, each expiry passes a whole year and then
 * searches all lists.
 *
 * SOURCE. Brown, CACM 31 (1988). From Brown are the thresholds (twice, and half less 2), the number
 * of samples (5 and a tenth of the timers, at most 25), the rule for the width, and the direct
 * search. Erickson, Ladner and LaMarca (ACM TOMACS 10, 2000) ask for the best fixed width; the
 * option width= is for such experiments.
 *
 * DEPARTURES. Brown's events are never stopped. Here lists are doubly linked, and stopping timers
 * may halve the number of buckets, too. Brown adds no event that is earlier than the last one
 * found; here the clock goes back to the day of such a timer. The search for a place in a list goes
 * from both ends in turn, so that equal and growing deadlines cost one step. Samples that are all
 * due at one time would give a width of 0. So here more samples are taken, up to 400, and if these
 * are equal too, the width stays. If all separations that are not left out are 0, the large ones
 * count as well. Widths are whole ns. reserve allocates the buckets, and a resize works in place.
 * Timers armed for TIMER_NEVER are in a separate list.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/options.h"
#include "common/timer_list.h"

#define LEAST_BUCKETS  2
#define LEAST_CAPACITY 16
#define MOST_SAMPLES   25
#define MOST_EQUAL     400		   /* samples, when all are due at one time; an estimate */
#define FIRST_WIDTH    1000000		   /* ns, until deadlines differ; an estimate */
#define MOST_WIDTH     (UINT64_C(1) << 60) /* ns; 36 years */

/* The place of a timer, in link.word[2]. In a bucket, link.word[3] is the bucket's number. */
#define PLACE_IDLE     0
#define PLACE_DISARMED 1
#define PLACE_NEVER    2
#define PLACE_BUCKET   3

struct calendar_options {
	uint64_t width;
};

/*
 * No timer in a bucket is due before the current day. capacity is a power of two. capacity / 2
 * buckets are enough for that many timers, since buckets double only at more than two timers each.
 */
struct calendar_queue {
	uint64_t width;	   /* of a day, ns */
	uint64_t day;	   /* the current day, counted from time 0 */
	uint64_t day_last; /* the last ns of the current day */
	size_t buckets;	   /* a power of two */
	size_t count;	   /* timers in buckets */
	size_t size;	   /* armed timers, also those that are armed for TIMER_NEVER */
	size_t capacity;
	bool adapts; /* false when the width is an option */
	struct timer *never;
	struct timer_queue *bucket;
};

static struct calendar_queue *calendar_of(const struct timer_set *set)
{
	return (struct calendar_queue *)set;
}

static bool is_armed(const struct timer *timer)
{
	return timer->link.word[2] >= PLACE_NEVER;
}

/* --- days */

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void set_day(struct calendar_queue *calendar, uint64_t day)
{
	calendar->day = day;
	calendar->day_last = add(day * calendar->width, calendar->width - 1);
}

static struct timer *direct_search(const struct calendar_queue *calendar)
{
	struct timer *least = NULL;

	for (size_t i = 0; i < calendar->buckets; i++) {
		struct timer *first = calendar->bucket[i].first;

		if (first && (!least || first->key < least->key))
			least = first;
	}
	return least;
}

/*
 * Moves the current day to that of the first timer in a bucket, and returns the timer; NULL if
 * there is none.
 */
static struct timer *find_first(struct calendar_queue *calendar)
{
	struct timer *first;

	if (!calendar->count)
		return NULL;
	for (size_t i = 0; i < calendar->buckets; i++) {
		first = calendar->bucket[calendar->day & (calendar->buckets - 1)].first;
		if (first && first->key <= calendar->day_last)
			return first;
		calendar->day++;
		calendar->day_last = add(calendar->day_last, calendar->width);
	}
	first = direct_search(calendar);
	set_day(calendar, first->key / calendar->width);
	return first;
}

/* --- buckets */

/* Inserts a timer in order. The search for its place goes from both ends in turn. */
static void queue_insert(struct timer_queue *queue, struct timer *timer)
{
	struct timer *after = queue->first, *before = queue->last;

	while (before && before->key > timer->key && after->key <= timer->key) {
		after = after->link.next;
		before = before->link.previous;
	}
	if (!before || before->key <= timer->key)
		after = before ? before->link.next : queue->first;
	else
		before = after->link.previous;
	timer->link.previous = before;
	timer->link.next = after;
	*(before ? &before->link.next : &queue->first) = timer;
	*(after ? &after->link.previous : &queue->last) = timer;
}

static void bucket_push(struct calendar_queue *calendar, struct timer *timer)
{
	uint64_t day = timer->key / calendar->width;
	size_t place = day & (calendar->buckets - 1);

	timer->link.word[2] = PLACE_BUCKET;
	timer->link.word[3] = place;
	queue_insert(&calendar->bucket[place], timer);
	if (!calendar->count++ || day < calendar->day)
		set_day(calendar, day);
}

static void bucket_take_out(struct calendar_queue *calendar, const struct timer *timer)
{
	timer_queue_take_out(&calendar->bucket[timer->link.word[3]], timer);
	calendar->count--;
}

/* --- resizing */

/*
 * Returns the average of the separations below a limit. The list goes from the latest timer to the
 * earliest.
 */
static double average_separation(const struct timer *timer, double limit)
{
	double sum = 0;
	size_t number = 0;

	for (; timer && timer->link.next; timer = timer->link.next) {
		double separation = (double)(timer->key - timer->link.next->key);

		if (separation >= limit)
			continue;
		sum += separation;
		number++;
	}
	return number ? sum / (double)number : 0;
}

/*
 * Takes the first timers out until `wanted` are in the list `samples`, the latest first. Returns
 * the list.
 */
static struct timer *take_samples(struct calendar_queue *calendar, struct timer *samples,
				  size_t *taken, size_t wanted)
{
	for (; *taken < wanted; ++*taken) {
		struct timer *timer = find_first(calendar);

		bucket_take_out(calendar, timer);
		timer->link.next = samples;
		samples = timer;
	}
	return samples;
}

/*
 * Sets the width that suits the next timers. Returns these timers, taken out of their buckets. If
 * all are due at one time, it takes twice as many, up to MOST_EQUAL. If these are equal too, the
 * width stays.
 */
static struct timer *find_width(struct calendar_queue *calendar)
{
	size_t count = calendar->count, taken = 0;
	size_t wanted = count <= 5 ? count : 5 + count / 10;
	struct timer *samples = NULL;
	double average = 0, width;

	if (wanted > MOST_SAMPLES)
		wanted = MOST_SAMPLES;
	while (average <= 0 && taken < count && taken < MOST_EQUAL) {
		samples = take_samples(calendar, samples, &taken, wanted);
		average = average_separation(samples, (double)UINT64_MAX);
		wanted = wanted > count / 2 ? count : 2 * wanted;
	}
	if (average > 0) {
		width = 3 * average_separation(samples, 2 * average);
		if (width <= 0)
			width = 3 * average;
		calendar->width = width < 1		       ? 1
				  : width > (double)MOST_WIDTH ? MOST_WIDTH
							       : (uint64_t)width;
	}
	return samples;
}

/* Returns the timers of all buckets, singly linked, bucket by bucket. */
static struct timer *take_all(struct calendar_queue *calendar)
{
	struct timer *all = NULL, **end = &all;

	for (size_t i = 0; i < calendar->buckets; i++) {
		if (!calendar->bucket[i].first)
			continue;
		*end = calendar->bucket[i].first;
		end = &calendar->bucket[i].last->link.next;
	}
	return all;
}

static void deal(struct calendar_queue *calendar, struct timer *timer)
{
	while (timer) {
		struct timer *next = timer->link.next;

		if (next)
			__builtin_prefetch(next->link.next, 1);
		bucket_push(calendar, timer);
		timer = next;
	}
}

/* Sets the number of buckets, and the width that suits the timers. Distributes all timers again. */
static void resize(struct calendar_queue *calendar, size_t buckets)
{
	struct timer *samples = calendar->adapts ? find_width(calendar) : NULL;
	struct timer *all = take_all(calendar);

	while (samples) {
		struct timer *earlier = samples->link.next;

		samples->link.next = all;
		all = samples;
		samples = earlier;
	}
	calendar->buckets = buckets;
	calendar->count = 0;
	memset(calendar->bucket, 0, buckets * sizeof(*calendar->bucket));
	deal(calendar, all);
}

static void resize_if_full(struct calendar_queue *calendar)
{
	if (calendar->count > 2 * calendar->buckets)
		resize(calendar, 2 * calendar->buckets);
}

static void resize_if_empty(struct calendar_queue *calendar)
{
	if (calendar->count + 2 < calendar->buckets / 2)
		resize(calendar, calendar->buckets / 2);
}

/* --- the operations */

static void put_in(struct calendar_queue *calendar, struct timer *timer, uint64_t deadline)
{
	timer->deadline = timer->key = deadline;
	if (deadline == TIMER_NEVER) {
		timer->link.word[2] = PLACE_NEVER;
		timer_list_push(&calendar->never, timer);
	} else {
		bucket_push(calendar, timer);
	}
}

static void take_out(struct calendar_queue *calendar, const struct timer *timer)
{
	if (timer->link.word[2] == PLACE_NEVER)
		timer_list_take_out(&calendar->never, timer);
	else
		bucket_take_out(calendar, timer);
}

static int calendar_queue_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct calendar_options *asked = options;
	struct calendar_queue *calendar = calloc(1, sizeof(*calendar));

	if (!calendar)
		return -ENOMEM;
	calendar->adapts = !asked->width;
	calendar->width = asked->width ? asked->width : FIRST_WIDTH;
	calendar->buckets = LEAST_BUCKETS;
	set_day(calendar, now / calendar->width);
	*set = (struct timer_set *)calendar;
	return 0;
}

static void calendar_queue_destroy(struct timer_set *set)
{
	free(calendar_of(set)->bucket);
	free(set);
}

static size_t bytes_for(size_t capacity)
{
	return capacity / 2 * sizeof(struct timer_queue);
}

static int calendar_queue_reserve(struct timer_set *set, size_t n)
{
	struct calendar_queue *calendar = calendar_of(set);
	size_t capacity = calendar->capacity ? calendar->capacity : LEAST_CAPACITY;
	struct timer_queue *bucket;

	if (n <= calendar->capacity)
		return 0;
	if (n >= SIZE_MAX / sizeof(*bucket) / 2)
		return -ENOMEM;
	while (capacity < n)
		capacity *= 2;
	bucket = realloc(calendar->bucket, bytes_for(capacity));
	if (!bucket)
		return -ENOMEM;
	if (!calendar->capacity)
		memset(bucket, 0, calendar->buckets * sizeof(*bucket));
	calendar->bucket = bucket;
	calendar->capacity = capacity;
	return 0;
}

static void calendar_queue_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				  uint64_t interval)
{
	struct calendar_queue *calendar = calendar_of(set);

	(void)interval;
	assert(!is_armed(timer) && "insert: the timer is armed");
	assert(calendar->size < calendar->capacity && "insert: more timers than reserved");
	put_in(calendar, timer, deadline);
	calendar->size++;
	resize_if_full(calendar);
}

static void calendar_queue_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
				    uint64_t interval)
{
	struct calendar_queue *calendar = calendar_of(set);

	(void)interval;
	assert(is_armed(timer) && "reinsert: the timer is not armed");
	take_out(calendar, timer);
	put_in(calendar, timer, deadline);
	/* The timer may have moved between the buckets and the list `never`. */
	resize_if_full(calendar);
	resize_if_empty(calendar);
}

static void calendar_queue_disarm(struct timer_set *set, struct timer *timer)
{
	struct calendar_queue *calendar = calendar_of(set);

	assert(is_armed(timer) && "disarm: the timer is not armed");
	take_out(calendar, timer);
	timer->link.word[2] = PLACE_DISARMED;
	calendar->size--;
	resize_if_empty(calendar);
}

static void calendar_queue_remove(struct timer_set *set, struct timer *timer)
{
	struct calendar_queue *calendar = calendar_of(set);

	assert(timer->link.word[2] != PLACE_IDLE && "remove: the timer is idle");
	if (is_armed(timer)) {
		take_out(calendar, timer);
		calendar->size--;
		resize_if_empty(calendar);
	}
	timer->link = (union timer_link){ .word = { 0 } };
}

static uint64_t calendar_queue_next(struct timer_set *set)
{
	const struct timer *first = find_first(calendar_of(set));

	return first ? first->key : TIMER_NEVER;
}

static size_t calendar_queue_expire(struct timer_set *set, uint64_t now, struct timer **out,
				    size_t max)
{
	struct calendar_queue *calendar = calendar_of(set);
	struct timer *timer;
	size_t count = 0;

	while (count < max && (timer = find_first(calendar)) && timer->key <= now) {
		bucket_take_out(calendar, timer);
		calendar->size--;
		timer->link = (union timer_link){ .word = { 0 } };
		out[count++] = timer;
		resize_if_empty(calendar);
	}
	return count;
}

static void calendar_queue_for_each(const struct timer_set *set,
				    void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct calendar_queue *calendar = calendar_of(set);

	timer_list_for_each(calendar->never, visit, data);
	for (size_t i = 0; calendar->bucket && i < calendar->buckets; i++)
		timer_list_for_each(calendar->bucket[i].first, visit, data);
}

static size_t calendar_queue_size(const struct timer_set *set)
{
	return calendar_of(set)->size;
}

static size_t calendar_queue_footprint(const struct timer_set *set)
{
	return sizeof(struct calendar_queue) + bytes_for(calendar_of(set)->capacity);
}

/* --- the check */

static const char *check_bucket(const struct calendar_queue *calendar, size_t place, size_t *count)
{
	const struct timer *previous = NULL, *timer = calendar->bucket[place].first;

	for (; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "a bucket's links do not agree";
		if (timer->link.word[2] != PLACE_BUCKET || timer->link.word[3] != place)
			return "a timer's stored bucket is not the bucket that it is in";
		if (timer->key > timer->deadline)
			return "a timer is filed after its deadline";
		if (timer->key == TIMER_NEVER)
			return "a timer in a bucket is never due";
		if ((timer->key / calendar->width & (calendar->buckets - 1)) != place)
			return "a timer is in the wrong bucket for its deadline";
		if (timer->key / calendar->width < calendar->day)
			return "a timer is before the current day";
		if (previous && previous->key > timer->key)
			return "a bucket is not in order";
		previous = timer;
		++*count;
	}
	return calendar->bucket[place].last == previous ? NULL
							: "a bucket's last is not at its end";
}

static const char *check_never(const struct calendar_queue *calendar, size_t *count)
{
	const struct timer *previous = NULL;

	for (const struct timer *timer = calendar->never; timer; timer = timer->link.next) {
		if (timer->link.previous != previous)
			return "the links of the list for TIMER_NEVER do not agree";
		if (timer->link.word[2] != PLACE_NEVER || timer->key != TIMER_NEVER ||
		    timer->deadline != TIMER_NEVER)
			return "a timer in the list for TIMER_NEVER has another place or deadline";
		previous = timer;
		++*count;
	}
	return NULL;
}

static const char *calendar_queue_check(const struct timer_set *set)
{
	const struct calendar_queue *calendar = calendar_of(set);
	const char *broken;
	size_t count = 0, never = 0;

	if (calendar->buckets < LEAST_BUCKETS || calendar->buckets & (calendar->buckets - 1))
		return "the number of buckets is not a power of two";
	if (calendar->bucket && calendar->buckets > calendar->capacity / 2)
		return "there are more buckets than reserved";
	if (calendar->count > 2 * calendar->buckets || calendar->count + 2 < calendar->buckets / 2)
		return "the number of buckets does not suit the number of timers";
	if (!calendar->width ||
	    calendar->day_last != add(calendar->day * calendar->width, calendar->width - 1))
		return "the current day's width or stored end is wrong";
	for (size_t i = 0; calendar->bucket && i < calendar->buckets; i++)
		if ((broken = check_bucket(calendar, i, &count)))
			return broken;
	if ((broken = check_never(calendar, &never)))
		return broken;
	if (count != calendar->count)
		return "the count is not the number of timers in buckets";
	return count + never == calendar->size ? NULL : "the size is not the number of timers";
}

/* --- the table */

static const struct option_spec calendar_queue_options[] = {
	{ "width", OPTION_DURATION, offsetof(struct calendar_options, width), 0, 86400e9, "0", NULL,
	  "a fixed width of a day; with 0 it adapts to the separation of the next timers" },
	{ 0 },
};

static const char *const calendar_queue_settings_to_test[] = {
	"", "width=1ns", "width=333ns", "width=1ms", "width=1h", NULL,
};

const struct timer_structure timer_calendar_queue = {
	.name = "calendar-queue",
	.summary =
		"a year of days, each a sorted list; number and width of days adapt to the timers",
	.source = "Brown, CACM 31, 1988",
	.departures =
		"timers can be stopped, and armed for before the next one; lists are searched "
		"from both ends; more samples are taken if the first ones are equal",
	.complexity = { "O(1) amortised expected", "O(1) expected", "O(1) amortised",
			"O(1) amortised", "O(1) amortised expected",
			"O(1) amortised expected each" },
	.options = calendar_queue_options,
	.options_size = sizeof(struct calendar_options),
	.settings_to_test = calendar_queue_settings_to_test,
	.create = calendar_queue_create,
	.destroy = calendar_queue_destroy,
	.reserve = calendar_queue_reserve,
	.insert = calendar_queue_insert,
	.reinsert = calendar_queue_reinsert,
	.disarm = calendar_queue_disarm,
	.remove = calendar_queue_remove,
	.next = calendar_queue_next,
	.expire = calendar_queue_expire,
	.for_each = calendar_queue_for_each,
	.size = calendar_queue_size,
	.footprint = calendar_queue_footprint,
	.check = calendar_queue_check,
};
