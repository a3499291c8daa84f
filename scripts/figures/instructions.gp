# instructions.gp: instructions and simulated cache misses per operation, counted by callgrind; one
# row of panels a workload. The caches are a model: no prefetching and no overlap of misses.

by_measure = 1
beside = 8
load scripts . '/layouts/dots.gp'
