# lazy.gp: the cost of moving a timer at each re-arm, and of only storing its deadline.

load scripts . '/layouts/pairs.gp'
