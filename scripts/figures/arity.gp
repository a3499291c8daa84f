# arity.gp: cost against n of heaps with 2 to 16 children: on the left with the key beside the pointer,
# on the right with pointers only. Bars: quartiles over blocks.

load scripts . '/layouts/lines.gp'
