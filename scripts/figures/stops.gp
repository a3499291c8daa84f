# stops.gp: the cost of stops that leave the timer's memory to the structure, and of stops that give
# it back to the caller.

load scripts . '/layouts/pairs.gp'
