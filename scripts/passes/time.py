"""The pass `time`: the CPU time of replays of a whole trace."""

PLACE = 1
MEASURE = "ns_per_op"
UNIT = "ns/op"
TITLE = "thread CPU time per operation"
