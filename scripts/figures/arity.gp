# arity.gp: cost against n of heaps with 2 to 16 children per node. Left: the key beside the
# pointer. Right: pointers only. Bars: quartiles over blocks.

load scripts . '/layouts/lines.gp'
