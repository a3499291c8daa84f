"""How late timers fire in real time, and what that costs, with a row per loop."""

from drawing_dots import dots

HEADING = "Lateness in real time"
CAPTION = ("In real time, sleeping in the kernel: from deadline to callback. Small dots: blocks; "
           "large: their median. A dot at ≤ is that or less; below 0, a timer fires before its "
           "deadline. Not to be expected below the kernel's own latency: about the "
           "least that any line shows.")
PASS = "lateness"


def make(run, name, standings):
    return dots(run, name, standings,
                [("lateness_p50_ns", "median lateness, µs", 1, 1e-3),
                 ("lateness_p99_ns", "99th percentile, µs", 1, 1e-3),
                 ("early_share", "fired early, %", 0.1, 100),
                 ("wake_ups_per_firing", "wake-ups per firing", 0.1),
                 ("cpu_ns_per_firing", "CPU per firing, µs", 1, 1e-3)])
