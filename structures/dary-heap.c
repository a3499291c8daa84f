/*
 * dary-heap - d-ary heaps of cached keys, to see what arity is worth
 *
 * IDEA. quad-heap with the number of children as an option. More children make the tree lower, so a
 * timer moves past fewer levels, each a store to a timer that is in no cache; and make each level
 * dearer, since the least of d children is to be found. A family of 4 is one 64-byte line, of 8 two,
 * of 16 four.
 *
 *	d      levels of 1e6    comparisons down    lines down
 *	2           20                20                20
 *	4           10                30                10
 *	8            7                49                14
 *	16           5                75                20
 *
 * minimum=vector finds the least of 8 or 16 children with vector instructions: the keys of four
 * entries at a time, minima by compare and blend, then the place of the minimum. It is taken where
 * the processor has AVX2; elsewhere the tournament is.
 *
 * COST.   insert     O(log n / log d), O(1) expected when deadlines come at random
 *         reinsert   O(d log n / log d), in place
 *         remove     O(d log n / log d)
 *         next       O(1)
 *         expire     O(d log n / log d) a timer
 *         memory     16 bytes a timer, up to 32 after growing
 *
 * WINS. With 8 or 16 where most timers are put off and few fire: the way up is shorter. With 8 it is
 * as good as 4 where all fire, at 1e6 timers, if the lines of all grandchildren are fetched while
 * the children are compared, and twice as slow if they are not.
 *
 * LOSES. Up to 1e5 timers to 4 and even 2, where all fire: comparisons then cost more than misses.
 * Vectors win nothing by it: AVX2 has no minimum of 64-bit numbers, so that compare, blend and the
 * search for the place take as long as seven comparisons without branches.
 *
 * SOURCE. Johnson 1975; LaMarca and Ladner, ACM JEA 1996, who fit arity to the cache line; the
 * tournament and everything else as in quad-heap.
 *
 * DEPARTURES. One call more than quad-heap for each operation, since the arity is chosen at run time:
 * 4 here and quad-heap differ by that alone. The vectors are in no system known to us.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/cached_heap.h"
#include "common/options.h"
#include "timer.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define VECTORS __attribute__((target("avx2")))
#endif

/* A disarmed timer is in no slot, but removing it is legal, which removing an idle one is not. */
#define DISARMED UINT64_MAX

struct dary_options {
	uint64_t arity;
	int minimum;
};

enum { MINIMUM_TOURNAMENT, MINIMUM_VECTOR };

/* What differs from arity to arity. */
struct dary_code {
	unsigned arity;
	void (*push)(struct cached_heap *heap, struct timer *timer, uint64_t key);
	void (*move)(struct cached_heap *heap, struct timer *timer, uint64_t key);
	void (*take_out)(struct cached_heap *heap, struct timer *timer);
	void (*take_root)(struct cached_heap *heap);
};

struct dary_heap {
	struct cached_heap heap;
	const struct dary_code *code;
};

#define CODE_OF(D)                                                                                 \
	static void push_##D(struct cached_heap *heap, struct timer *timer, uint64_t key)          \
	{                                                                                          \
		heap_push(heap, timer, key, D);                                                    \
	}                                                                                          \
	static void move_##D(struct cached_heap *heap, struct timer *timer, uint64_t key)          \
	{                                                                                          \
		heap_move(heap, timer, key, D);                                                    \
	}                                                                                          \
	static void take_out_##D(struct cached_heap *heap, struct timer *timer)                    \
	{                                                                                          \
		heap_take_out(heap, timer, D);                                                     \
	}                                                                                          \
	static void take_root_##D(struct cached_heap *heap)                                        \
	{                                                                                          \
		heap_take_root(heap, D);                                                           \
	}                                                                                          \
	static const struct dary_code code_##D = { D, push_##D, move_##D, take_out_##D,            \
						   take_root_##D };

CODE_OF(2)
CODE_OF(4)
CODE_OF(8)
CODE_OF(16)

#ifdef VECTORS

/*
 * The keys of four entries, in the order 0 2 1 3, in which unpacking leaves them; as signed numbers
 * in the same order, which is the only kind that AVX2 compares.
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

/* The minimum in every lane: against itself with halves and then neighbours exchanged. */
static inline VECTORS __m256i least_everywhere(__m256i keys)
{
	keys = lesser(keys, _mm256_permute4x64_epi64(keys, 0x4e));
	return lesser(keys, _mm256_permute4x64_epi64(keys, 0xb1));
}

/* Which lanes of four have it, as bits in the order of the entries. */
static inline VECTORS unsigned lanes_with(__m256i keys, __m256i least)
{
	unsigned lanes =
		(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(keys, least)));

	return (lanes & 9) | (lanes & 2) << 1 | (lanes & 4) >> 1;
}

/* The first of the least, as the tournament finds it. */
static inline VECTORS size_t vector_least(const struct heap_entry *siblings, const unsigned arity)
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

static inline VECTORS void vector_sift_down(struct cached_heap *heap, size_t slot,
					    struct heap_entry entry, const unsigned arity)
{
	size_t child;

	while ((child = heap_children(slot, arity)) < heap_end(heap, arity)) {
		heap_fetch_grandchildren(heap, child, arity);
		child += vector_least(&heap->entries[child], arity);
		if (heap->entries[child].key >= entry.key)
			break;
		heap_put(heap, slot, heap->entries[child]);
		slot = child;
	}
	heap_put(heap, slot, entry);
}

static inline VECTORS void vector_sift(struct cached_heap *heap, size_t slot,
				       struct heap_entry entry, const unsigned arity)
{
	if (slot > heap_root(arity) && heap->entries[heap_parent(slot, arity)].key > entry.key)
		heap_sift_up(heap, slot, entry, arity);
	else
		vector_sift_down(heap, slot, entry, arity);
}

#define VECTOR_CODE_OF(D)                                                                          \
	static VECTORS void vector_move_##D(struct cached_heap *heap, struct timer *timer,         \
					    uint64_t key)                                          \
	{                                                                                          \
		vector_sift(heap, *heap_place(timer), (struct heap_entry){ key, timer }, D);       \
	}                                                                                          \
	static VECTORS void vector_take_out_##D(struct cached_heap *heap, struct timer *timer)     \
	{                                                                                          \
		size_t slot = *heap_place(timer);                                                  \
		struct heap_entry last = heap_take_last(heap, D);                                  \
                                                                                                   \
		if (slot < heap_end(heap, D))                                                      \
			vector_sift(heap, slot, last, D);                                          \
	}                                                                                          \
	static VECTORS void vector_take_root_##D(struct cached_heap *heap)                         \
	{                                                                                          \
		struct heap_entry last = heap_take_last(heap, D);                                  \
                                                                                                   \
		if (heap->size)                                                                    \
			vector_sift_down(heap, heap_root(D), last, D);                             \
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

/* Only assertions ask. */
static __attribute__((unused)) bool armed(const struct timer_set *set, struct timer *timer)
{
	const struct dary_heap *dary = dary_of(set);

	return heap_holds(&dary->heap, timer, dary->code->arity);
}

static int dary_heap_create(struct timer_set **set, const void *options, uint64_t now)
{
	const struct dary_options *asked = options;
	struct dary_heap *dary = calloc(1, sizeof(*dary));

	(void)now;
	if (!dary)
		return -ENOMEM;
	if (asked->minimum == MINIMUM_VECTOR)
		dary->code = find_code(codes_with_vectors(), asked->arity);
	if (!dary->code)
		dary->code = find_code(codes, asked->arity);
	*set = (struct timer_set *)dary;
	return 0;
}

static void dary_heap_destroy(struct timer_set *set)
{
	free(dary_of(set)->heap.block);
	free(set);
}

static int dary_heap_reserve(struct timer_set *set, size_t n)
{
	struct dary_heap *dary = dary_of(set);

	return heap_reserve(&dary->heap, n, dary->code->arity);
}

static void dary_heap_insert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			     uint64_t interval)
{
	struct dary_heap *dary = dary_of(set);

	(void)interval;
	assert(!armed(set, timer) && "insert: the timer is armed");
	assert(dary->heap.size < dary->heap.capacity && "insert: more timers than reserved");
	timer->deadline = timer->key = deadline;
	dary->code->push(&dary->heap, timer, deadline);
}

static void dary_heap_reinsert(struct timer_set *set, struct timer *timer, uint64_t deadline,
			       uint64_t interval)
{
	struct dary_heap *dary = dary_of(set);

	(void)interval;
	assert(armed(set, timer) && "reinsert: the timer is not armed");
	timer->deadline = timer->key = deadline;
	dary->code->move(&dary->heap, timer, deadline);
}

static void dary_heap_disarm(struct timer_set *set, struct timer *timer)
{
	struct dary_heap *dary = dary_of(set);

	assert(armed(set, timer) && "disarm: the timer is not armed");
	dary->code->take_out(&dary->heap, timer);
	*heap_place(timer) = DISARMED;
}

static void dary_heap_remove(struct timer_set *set, struct timer *timer)
{
	struct dary_heap *dary = dary_of(set);

	if (*heap_place(timer) != DISARMED) {
		assert(armed(set, timer) && "remove: the timer is idle");
		dary->code->take_out(&dary->heap, timer);
	}
	*heap_place(timer) = 0;
}

static uint64_t dary_heap_next(struct timer_set *set)
{
	const struct dary_heap *dary = dary_of(set);
	size_t root = heap_root(dary->code->arity);

	return dary->heap.size ? dary->heap.entries[root].key : TIMER_NEVER;
}

static size_t dary_heap_expire(struct timer_set *set, uint64_t now, struct timer **out, size_t max)
{
	struct dary_heap *dary = dary_of(set);
	size_t root = heap_root(dary->code->arity), count = 0;

	while (count < max && dary->heap.size) {
		struct heap_entry first = dary->heap.entries[root];

		if (first.key > now || first.key == TIMER_NEVER)
			break;
		dary->code->take_root(&dary->heap);
		*heap_place(first.timer) = 0;
		out[count++] = first.timer;
	}
	return count;
}

static void dary_heap_for_each(const struct timer_set *set,
			       void (*visit)(struct timer *timer, void *data), void *data)
{
	const struct dary_heap *dary = dary_of(set);
	size_t root = heap_root(dary->code->arity);

	for (size_t i = 0; i < dary->heap.size; i++)
		visit(dary->heap.entries[root + i].timer, data);
}

static size_t dary_heap_size(const struct timer_set *set)
{
	return dary_of(set)->heap.size;
}

static size_t dary_heap_footprint(const struct timer_set *set)
{
	const struct dary_heap *dary = dary_of(set);

	return sizeof(*dary) + heap_bytes(&dary->heap, dary->code->arity);
}

static const char *dary_heap_check(const struct timer_set *set)
{
	const struct dary_heap *dary = dary_of(set);
	size_t root = heap_root(dary->code->arity);

	for (size_t i = 0; i < dary->heap.size; i++) {
		const struct heap_entry *entry = &dary->heap.entries[root + i];

		if (entry->key > entry->timer->deadline)
			return "a timer is filed after its deadline";
	}
	return heap_check(&dary->heap, dary->code->arity);
}

static const char *dary_heap_refuse(const void *options)
{
	const struct dary_options *asked = options;

	if (!find_code(codes, asked->arity))
		return "arity: 2, 4, 8 or 16";
	if (asked->minimum == MINIMUM_VECTOR && asked->arity < 8)
		return "minimum: vectors are for 8 or 16 children";
	return NULL;
}

static const char *const minimum_words[] = { "tournament", "vector", NULL };

static const struct option_spec dary_heap_options[] = {
	{ "arity", OPTION_COUNT, offsetof(struct dary_options, arity), 2, 16, "8", NULL,
	  "children of each: 2, 4, 8 or 16" },
	{ "minimum", OPTION_WORD, offsetof(struct dary_options, minimum), 0, 0, "tournament",
	  minimum_words, "how the least child is found; vector: where the processor has AVX2" },
	{ 0 },
};

static const char *const dary_heap_interesting[] = {
	"", "arity=2", "arity=4", "arity=16", "minimum=vector", "arity=16,minimum=vector", NULL,
};

const struct timer_structure timer_dary_heap = {
	.name = "dary-heap",
	.summary = "2-, 4-, 8- or 16-ary heap, key beside the pointer",
	.source = "Johnson 1975; LaMarca and Ladner, ACM JEA 1996",
	.departures = "8 and 16 children may be compared with vector instructions",
	.complexity = { "O(log n)", "O(log n)", "O(log n)", "O(log n)", "O(1)", "O(log n) each" },
	.options = dary_heap_options,
	.options_size = sizeof(struct dary_options),
	.interesting = dary_heap_interesting,
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
