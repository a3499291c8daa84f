# lateness.gp: how late timers fire in real time, how often they fire early, and what the loop
# spends on it. There is one row per subject and one column per measure.

by_measure = 1
beside = 9
load scripts . '/layouts/dots.gp'
