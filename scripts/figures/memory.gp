# memory.gp: bytes that a structure keeps beside struct timer, per armed timer at the peak; one
# panel per workload at its largest n. A ring: the bytes that it keeps after the peak, divided by
# the same number of timers.

by_measure = 0
beside = 9
load scripts . '/layouts/dots.gp'
