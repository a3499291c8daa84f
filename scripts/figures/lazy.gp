# lazy.gp: moving a timer at each re-arm, and storing its deadline only.

load scripts . '/layouts/pairs.gp'
