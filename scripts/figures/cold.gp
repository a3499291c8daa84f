# cold.gp: cost minus that of the yardstick in the same block, against the number of cache lines
# that the application touches between two operations. Bars: 95 % interval of the mean difference.

load scripts . '/layouts/lines.gp'
