/* registry.c - the structures of build/tests/timerbed-broken, replacing the generated table */
#include "faults.h"
#include "structures/common/find.h"

extern const struct timer_structure timer_binary_heap, timer_quad_heap;

#define LIST(name) &subject_##name,

static const struct timer_structure *const all[] = { &timer_binary_heap, &timer_quad_heap,
						     BROKEN_STRUCTURES(LIST) NULL };

const struct timer_structure *const *const timer_structures = all;

const char *const timer_nested_names[] = { NULL };
