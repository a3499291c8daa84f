"""The pass `lateness`: firings of a loop that sleeps in the kernel, in real time."""

PLACE = 6
MEASURE = "lateness_p50_ns"
UNIT = "ns"
TITLE = "median lateness of a firing, in real time"
VERDICTS = {"faster": "fires earlier", "slower": "fires later"}
COLUMNS = (("lateness_p50_ns", "p50, ns"), ("lateness_p99_ns", "p99, ns"),
           ("lateness_max_ns", "max, ns"), ("early_share", "early"),
           ("wake_ups_per_firing", "wake-ups a firing"), ("cpu_ns_per_firing", "CPU ns a firing"))
SIGNED = ("lateness_p50_ns", "lateness_p99_ns", "lateness_max_ns")
BELOW_0 = "Below 0: before the deadline."
