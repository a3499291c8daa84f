"""The pass `count`: instructions and simulated cache misses, counted by callgrind."""

PLACE = 4
MEASURE = "instructions_per_op"
UNIT = "instr/op"
TITLE = "instructions per operation"
EXACT = True
VERDICTS = {"faster": "fewer", "slower": "more"}
