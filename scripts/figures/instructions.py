"""Instructions and simulated cache misses per operation, with a row per structure."""

from drawing_dots import dots

HEADING = "Instructions and cache misses"
CAPTION = ("Counted by callgrind: they repeat, where times do not. The cache misses are of a "
           "simulated cache without prefetching: a model, not the machine.")
PASS = "count"


def make(run, name, standings):
    return dots(run, name, standings,
                [("instructions_per_op", "instructions per operation", 1),
                 ("d1_misses_per_op", "D1 misses per op, simulated", 0.01),
                 ("ll_misses_per_op", "LL misses per op, simulated", 0.01)])
