# lateness.gp: how late timers fire in real time, how often early, and what the loop spends on it: one
# row a subject, one column a measure.

by_measure = 1
beside = 8
load scripts . '/layouts/dots.gp'
