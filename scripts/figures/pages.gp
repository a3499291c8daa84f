# pages.gp: the cost with timers and structures in small pages and in huge pages.

load scripts . '/layouts/pairs.gp'
