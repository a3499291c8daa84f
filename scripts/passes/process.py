"""The pass `process`: whole processes, timed by hyperfine."""

PLACE = 5
MEASURE = "seconds"
UNIT = "s"
TITLE = "wall time of the whole process"
