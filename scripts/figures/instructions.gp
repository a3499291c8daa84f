# instructions.gp: instructions and simulated cache misses per operation, counted by callgrind; one
# row of panels per workload. The simulated caches neither prefetch nor overlap misses.

by_measure = 1
beside = 9
load scripts . '/layouts/dots.gp'
