# stops.gp: stops that leave the timer's memory to the structure, and stops that give it back.

load scripts . '/layouts/pairs.gp'
