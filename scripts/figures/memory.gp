# memory.gp: bytes that a structure keeps beside its nodes, per armed timer at the peak; one panel a
# workload at its largest n. A ring: what it still keeps after the peak, by the same number of timers.

by_measure = 0
beside = 8
load scripts . '/layouts/dots.gp'
