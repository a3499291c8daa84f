/*
 * dary-heap - d-ary heaps with and without cached keys, to measure what arity and caching are worth
 *
 * IDEA. quad-heap with the number of children as an option. More children make the tree lower, so
 * an entry moves past fewer levels. Each level that it moves is a store to a timer that may be in
 * no cache. But each level costs more, because the least of d children must be found. A family of 4
 * siblings is one 64-byte cache line, a family of 8 two, a family of 16 four.
 *
 *	d      levels of 1e6    comparisons down    lines down
 *	2           20                20                20
 *	4           10                30                10
 *	8            7                49                14
 *	16           5                75                20
 *
 * minimum=vector finds the least of 8 or 16 children with vector instructions. It loads the keys of
 * four entries at a time, takes minima by compare and blend, and then finds the slot of the
 * minimum. It needs AVX2; without AVX2 the tournament is used. If TIMERBED_PORTABLE is defined, or
 * the processor is not an x86-64, the build does not contain the vector code.
 *
 * keys=timer keeps the keys only in the timers. The array then has half the bytes, and every
 * comparison reads a timer. So arity=2,keys=timer is binary-heap, but with calls through a pointer.
 * With keys=timer, a family is one cache line up to d = 8, but finding its least child reads d more
 * lines.
 *
 * COST.   insert     O(log n / log d), O(1) expected when deadlines come at random
 *         reinsert   O(d log n / log d), in place
 *         remove     O(d log n / log d)
 *         next       O(1)
 *         expire     O(d log n / log d) per timer
 *         memory     16 bytes per timer, up to 32 after growing; half of that with keys=timer
 *
 * GIVES BACK. When reserve asks for at most a quarter of the capacity, the array shrinks to room
 * for twice the timers asked for.
 *
 * WINS. With 8 or 16 children where most timers are postponed and few fire: the way up is shorter.
 * Where all timers fire, 8 children are as good as 4 at 1e6 timers, but only because the lines of
 * all grandchildren are prefetched before the children are compared. keys=timer with 8 or 16
 * children costs no more than cached keys where timers are postponed and stay near the leaves,
 * because a slot is half as large. Vectors cost less than the tournament with 16 children; where
 * all timers fire, 16 children with vectors cost about as much as 8.
 *
 * LOSES. To 4 and even 2 children, up to 1e5 timers, where all timers fire: comparisons then cost
 * more than misses. keys=timer loses where all timers fire, from 1e5 timers on, with 2, 4 and 8
 * children. Vectors gain little with 8 children: AVX2 has no minimum of 64-bit numbers, so compare,
 * blend and the search for the slot take nearly as long as seven comparisons without branches.
 *
 * SOURCE. Johnson 1975; LaMarca and Ladner, ACM JEA 1996, who fit the arity to the cache line. The
 * tournament and the rest are as in quad-heap.
 *
 * DEPARTURES. Each operation makes one call more than in quad-heap, because the arity is chosen at
 * run time. arity=4 differs from quad-heap only in that. We know of no system that uses vector
 * instructions in a heap.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/cached_heap.h"
#include "common/options.h"
#include "common/timer_heap.h"
#include "timer.h"

#if defined(__x86_64__) && !defined(TIMERBED_PORTABLE)
#include <immintrin.h>
#define VECTORS __attribute__((target("avx2")))
#endif

/*
 * The slot of a disarmed timer, which is in no heap. remove accepts such a timer, but not an idle
 * one.
 */
#define DISARMED (UINT64_MAX >> 1)

struct dary_options {
	uint64_t arity;
	int minimum, keys;
};

enum { MINIMUM_TOURNAMENT, MINIMUM_VECTOR };
enum { KEYS_CACHED, KEYS_TIMER };

struct dary_heap {
	union {
		struct cached_heap cached;
		struct timer_heap timers; /* keys=timer */
	};
	struct heap_array array; /* keys=timer: the array of `timers` */
	const struct dary_code *code;
	bool keys_in_timers; /* keys=timer; says which member of the union is in use */
};

/*
 * The code for one arity and one place of the keys. Before a call, the caller sets the timer's key.
 */
struct dary_code {
	unsigned arity;
	void (*push)(struct dary_heap *dary, struct timer *timer);
	void (*move)(struct dary_heap *dary, struct timer *timer);
	void (*take_out)(struct dary_heap *dary, struct timer *timer);
	void (*take_root)(struct dary_heap *dary);
};

#define CODE_OF(D)                                                                                 \
	static void push_##D(struct dary_heap *dary, struct timer *timer)                          \
	{                                                                                          \
		heap_push(&dary->cached, timer, timer->key, D);                                    \
	}                                                                                          \
	static void move_##D(struct dary_heap *dary, struct timer *timer)                          \
	{                                                                                          \
		heap_move(&dary->cached, timer, timer->key, D);                                    \
	}                                                                                          \
	static void take_out_##D(struct dary_heap *dary, struct timer *timer)                      \
	{                                                                                          \
		heap_take_out(&dary->cached, timer, D);                                            \
	}                                                                                          \
	static void take_root_##D(struct dary_heap *dary)                                          \
	{                                                                                          \
		heap_take_root(&dary->cached, D);                                                  \
	}                                                                                          \
	static const struct dary_code code_##D = { D, push_##D, move_##D, take_out_##D,            \
						   take_root_##D };                                \
	static void timer_key_push_##D(struct dary_heap *dary, struct timer *timer)                \
	{                                                                                          \
		timer_heap_push(&dary->timers, timer, D);                                          \
	}                                                                                          \
	static void timer_key_move_##D(struct dary_heap *dary, struct timer *timer)                \
	{                                                                                          \
		timer_heap_sift(&dary->timers, *heap_place(timer), timer, D);                      \
	}                                                                                          \
	static void timer_key_take_out_##D(struct dary_heap *dary, struct timer *timer)            \
	{                                                                                          \
		timer_heap_take_out(&dary->timers, *heap_place(timer), D);                         \
	}                                                                                          \
	static void timer_key_take_root_##D(struct dary_heap *dary)                                \
	{                                                                                          \
		timer_heap_take_out(&dary->timers, heap_root(D), D);                               \
	}                                                                                          \
	static const struct dary_code timer_key_code_##D = { D, timer_key_push_##D,                \
							     timer_key_move_##D,                   \
							     timer_key_take_out_##D,               \
							     timer_key_take_root_##D };

CODE_OF(2)
CODE_OF(4)
CODE_OF(8)
CODE_OF(16)

#ifdef VECTORS

/*
 * Returns the keys of four entries, in the order 0 2 1 3 in which the unpack instruction leaves
 * them. The top bit is inverted, because AVX2 only compares signed numbers.
 */
static inline VECTORS __m256i four_keys(const struct heap_entry *entries)
{
	const __m256i low = _mm256_load_si256((const __m256i *)(const void *)entries);
	const __m256i high = _mm256_load_si256((const __m256i *)(const void *)(entries + 2));

	return _mm256_xor_si256(_mm256_unpacklo_epi64(low, high),
				_mm256_set1_epi64x((long long)(UINT64_C(1) << 63)));
}

static inline VECTORS __m256i lesser(__m256i a, __m256i b)
{
	return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b));
}

/*
 * Returns the minimum of the four lanes, in every lane. Compares the lanes first with the halves
 * exchanged, and then with neighbours exchanged.
 */
static inline VECTORS __m256i least_everywhere(__m256i keys)
{
	keys = lesser(keys, _mm256_permute4x64_epi64(keys, 0x4e));
	return lesser(keys, _mm256_permute4x64_epi64(keys, 0xb1));
}

/* Returns the lanes that equal the minimum, as bits in the order of the entries. */
static inline VECTORS unsigned lanes_with(__m256i keys, __m256i least)
{
	unsigned lanes =
		(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(keys, least)));

	return (lanes & 9) | (lanes & 2) << 1 | (lanes & 4) >> 1;
}

/* Returns the index of the least key, and of equal keys the first, as the tournament does. */
HEAP_INLINE VECTORS size_t vector_least(const struct heap_entry *siblings, const unsigned arity)
{
	__m256i keys[4], least;
	unsigned lanes = 0;

	for (unsigned i = 0; i < arity / 4; i++)
		keys[i] = four_keys(siblings + 4 * i);
	least = lesser(keys[0], keys[1]);
	for (unsigned i = 2; i < arity / 4; i++)
		least = lesser(least, keys[i]);
	least = least_everywhere(least);
	for (unsigned i = 0; i < arity / 4; i++)
		lanes |= lanes_with(keys[i], least) << 4 * i;
	return (size_t)__builtin_ctz(lanes);
}

HEAP_INLINE VECTORS size_t vector_least_and_fetch(const struct cached_heap *heap, size_t first,
						  const unsigned arity)
{
	heap_fetch_grandchildren(heap, first, arity);
	return first + vector_least(&heap->entries[first], arity);
}

#define VECTOR_CODE_OF(D)                                                                          \
	static VECTORS void vector_move_##D(struct dary_heap *dary, struct timer *timer)           \
	{                                                                                          \
		heap_sift(&dary->cached, *heap_place(timer),                                       \
			  (struct heap_entry){ timer->key, timer }, D, vector_least_and_fetch);    \
	}                                                                                          \
	static VECTORS void vector_take_out_##D(struct dary_heap *dary, struct timer *timer)       \
	{                                                                                          \
		heap_take_out_at(&dary->cached, *heap_place(timer), D, vector_least_and_fetch);    \
	}                                                                                          \
	static VECTORS void vector_take_root_##D(struct dary_heap *dary)                           \
	{                                                                                          \
		heap_take_out_at(&dary->cached, heap_root(D), D, vector_least_and_fetch);          \
	}                                                                                          \
	static const struct dary_code vector_code_##D = { D, push_##D, vector_move_##D,            \
							  vector_take_out_##D,                     \
							  vector_take_root_##D };

VECTOR_CODE_OF(8)
VECTOR_CODE_OF(16)

static const struct dary_code *const vector_codes[] = { &vector_code_8, &vector_code_16, NULL };

static const struct dary_code *const *codes_with_vectors(void)
{
	return __builtin_cpu_supports("avx2") ? vector_codes : vector_codes + 2;
}

#else

static const struct dary_code *const *codes_with_vectors(void)
{
	static const struct dary_code *const none[] = { NULL };

	return none;
}

#endif

static const struct dary_code *const codes[] = { &code_2, &code_4, &code_8, &code_16, NULL };
static const struct dary_code *const timer_key_codes[] = { &timer_key_code_2, &timer_key_code_4,
							   &timer_key_code_8, &timer_key_code_16,
							   NULL };

static const struct dary_code *find_code(const struct dary_code *const *among, uint64_t arity)
{
	while (*among && (*among)->arity != arity)
		among++;
	return *among;
}

static struct dary_heap *dary_of(const struct timer_set *set)
{
	return (struct dary_heap *)set;
}

static size_t size_of(const struct dary_heap *dary)
{
	return dary->keys_in_timers ? dary->timers.size : dary->cached.size;
}

static struct timer *timer_at(const struct dary_heap *dary, size_t slot)
{
	return dary->keys_in_timers ? dary->timers.slots[slot] : dary->cached.entries[slot].timer;
}

/*
 * Returns the root's key; TIMER_NEVER if the heap is empty. With cached keys this reads no timer.
 */
static uint64_t first_key(const struct dary_heap *dary)
{
	size_t root = heap_root(dary->code->arity);

	if (!size_of(dary))
		return TIMER_NEVER;
	return dary->keys_in_timers ? dary->timers.slots[root]->key
				    : dary->cached.entries[root].key;
}

/* Used only in assertions. */
static __attribute__((unused)) bool armed(const struct dary_heap *dary, struct timer *timer)
{
	return dary->keys_in_timers ? timer_heap_holds(&dary->timers, timer, dary->code->arity)
				    : heap_holds(&dary->cached, timer, dary->code->arity);
}

static int dary_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct dary_options *asked = options;
	struct dary_heap *dary = calloc(1, sizeof(*dary));

	(void)now;
	if (!dary)
		return -ENOMEM;
	dary->keys_in_timers = asked->keys == KEYS_TIMER;
	if (asked->minimum == MINIMUM_VECTOR)
		dary->code = find_code(codes_with_vectors(), asked->arity);
	if (!dary->code)
		dary->code =
			find_code(dary->keys_in_timers ? timer_key_codes : codes, asked->arity);
	*set = (struct timer_set *)dary;
	return 0;
}

static void dary_heap_destroy(struct timer_set *set)
{
	struct dary_heap *dary = dary_of(set);

	free(dary->keys_in_timers ? dary->array.block : dary->cached.array.block);
	free(set);
}

static int dary_heap_reserve(struct timer_set *set, size_t n)
{
	struct dary_heap *dary = dary_of(set);
	int result;

	if (!dary->keys_in_timers)
		return heap_reserve(&dary->cached, n, dary->code->arity);
	result = heap_array_reserve(&dary->array, n, dary->timers.size, sizeof(*dary->timers.slots),
				    dary->code->arity);
	dary->timers.slots = dary->array.slots;
	dary->timers.capacity = dary->array.capacity;
	return result;
}

static void dary_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	struct dary_heap *dary = dary_of(set);

	(void)interval;
	assert(!armed(dary, timer) && "insert: the timer is armed");
	assert(size_of(dary) < (dary->keys_in_timers ? dary->timers.capacity
						     : dary->cached.array.capacity) &&
	       "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	dary->code->push(dary, timer);
}

static void dary_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct dary_heap *dary = dary_of(set);

	(void)interval;
	assert(armed(dary, timer) && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
	dary->code->move(dary, timer);
}

static void dary_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct dary_heap *dary = dary_of(set);

	assert(armed(dary, timer) && "disarm: the timer is not armed");
	dary->code->take_out(dary, timer);
	*heap_place(timer) = DISARMED;
}

static void dary_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct dary_heap *dary = dary_of(set);

	if (*heap_place(timer) != DISARMED) {
		assert(armed(dary, timer) && "remove: the timer is idle");
		dary->code->take_out(dary, timer);
	}
	*heap_place(timer) = 0;
}

static uint64_t dary_heap_next(struct timer_set *set)
{
	return first_key(dary_of(set));
}

static size_t dary_heap_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct dary_heap *dary = dary_of(set);
	size_t root = heap_root(dary->code->arity), count = 0;

	while (count < max) {
		uint64_t key = first_key(dary);
		struct timer *first;

		if (key > now || key == TIMER_NEVER)
			break;
		first = timer_at(dary, root);
		dary->code->take_root(dary);
		*heap_place(first) = 0;
		out[count++] = first;
	}
	return count;
}

static void dary_heap_for_each(const struct timer_set *set,
			       void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct dary_heap *dary = dary_of(set);
	size_t root = heap_root(dary->code->arity);

	for (size_t i = 0; i < size_of(dary); i++)
		visit(timer_at(dary, root + i), data);
}

static size_t dary_heap_size(const struct timer_set *set)
{
	return size_of(dary_of(set));
}

static size_t dary_heap_footprint(const struct timer_set *set)
{
	const struct dary_heap *dary = dary_of(set);

	if (!dary->keys_in_timers)
		return sizeof(*dary) + heap_bytes(&dary->cached, dary->code->arity);
	return sizeof(*dary) +
	       heap_array_bytes(&dary->array, sizeof(*dary->timers.slots), dary->code->arity);
}

static const char *dary_heap_check(const struct timer_set *set)
{
	const struct dary_heap *dary = dary_of(set);
	const char *broken;

	if (!dary->keys_in_timers)
		return heap_check_filed(&dary->cached, dary->code->arity);
	broken = heap_array_check(&dary->array, dary->timers.size);
	return broken ? broken : timer_heap_check(&dary->timers, dary->code->arity);
}

static const char *dary_heap_refuse(const void *options)
{
	const struct dary_options *asked = options;

	if (!find_code(codes, asked->arity))
		return "arity: 2, 4, 8 or 16";
	if (asked->minimum == MINIMUM_VECTOR && asked->arity < 8)
		return "minimum: vectors are for 8 or 16 children";
	if (asked->minimum == MINIMUM_VECTOR && asked->keys == KEYS_TIMER)
		return "minimum: vectors are for keys beside the pointers";
	return NULL;
}

static const char *const minimum_words[] = { "tournament", "vector", NULL };

static const char *const keys_words[] = { "cached", "timer", NULL };

static const struct option_spec dary_heap_options[] = {
	{ "arity", OPTION_COUNT, offsetof(struct dary_options, arity), 2, 16, "8", NULL,
	  "children of each node: 2, 4, 8 or 16" },
	{ "minimum", OPTION_WORD, offsetof(struct dary_options, minimum), 0, 0, "tournament",
	  minimum_words, "how the least child is found; without AVX2, always tournament" },
	{ "keys", OPTION_WORD, offsetof(struct dary_options, keys), 0, 0, "cached", keys_words,
	  "where comparisons read the keys: beside the pointer, or only in the timer" },
	{ 0 },
};

static const char *const dary_heap_settings_to_test[] = {
	"",
	"arity=2",
	"arity=4",
	"arity=16",
	"minimum=vector",
	"arity=16,minimum=vector",
	"keys=timer",
	"arity=2,keys=timer",
	"arity=4,keys=timer",
	"arity=16,keys=timer",
	NULL,
};

const struct timer_structure timer_dary_heap = {
	.name = "dary-heap",
	.summary = "2-, 4-, 8- or 16-ary heap, key beside the pointer or in the timer alone",
	.source = "Johnson 1975; LaMarca and Ladner, ACM JEA 1996",
	.departures = "8 and 16 children may be compared with vector instructions",
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" },
	.options = dary_heap_options,
	.options_size = sizeof(struct dary_options),
	.settings_to_test = dary_heap_settings_to_test,
	.refuse = dary_heap_refuse,
	.create = dary_heap_create,
	.destroy = dary_heap_destroy,
	.reserve = dary_heap_reserve,
	.insert = dary_heap_insert,
	.reinsert = dary_heap_reinsert,
	.disarm = dary_heap_disarm,
	.remove = dary_heap_remove,
	.next = dary_heap_next,
	.expire = dary_heap_expire,
	.for_each = dary_heap_for_each,
	.size = dary_heap_size,
	.footprint = dary_heap_footprint,
	.check = dary_heap_check,
};
