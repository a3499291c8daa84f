# intervals.gp: cost against the number of distinct intervals. Bars: quartiles over blocks.

load scripts . '/layouts/lines.gp'
