# processes.gp: wall time of whole processes, measured by hyperfine; one panel per workload. Small
# dots: single runs; large dots: their median.

by_measure = 0
beside = 12
load scripts . '/layouts/dots.gp'
