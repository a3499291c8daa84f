# pages.gp: timers and structures in small pages, and in huge ones.

load scripts . '/layouts/pairs.gp'
