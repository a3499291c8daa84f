# cold.gp: cost beyond the yardstick's in the same block, against the cache lines that the application
# touches between two operations. Bars: 95 % interval of the mean difference.

load scripts . '/layouts/lines.gp'
