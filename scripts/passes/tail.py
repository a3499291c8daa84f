"""The pass `tail`: the time of each single operation."""

PLACE = 2
MEASURE = "p999_ns"
UNIT = "ns"
TITLE = "99.9th percentile of a single operation"
