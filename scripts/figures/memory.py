"""The bytes that a structure keeps beside the timers, at the peak and after it, with a row per
structure."""

import inference
from drawing_dots import dots

HEADING = "Memory beside struct timer"
CAPTION = ("Bytes that a structure keeps beside the timers themselves, at its peak, divided by "
           "the timers armed then.")
PASS = "memory"


def make(run, name, standings):
    """Returns the Figure. If records have the bytes left after the peak, rings show them."""
    top = inference.largest(standings).values()
    rings = "after_peak_per_timer"
    if not any(inference.values(run, standing.cell, rings) for standing in top):
        return dots(run, name, standings,
                    [("bytes_per_timer", "bytes per timer, beside its struct timer", 0.1)])
    return dots(run, name, standings,
                [("bytes_per_timer", "bytes per timer; ring: after peak", 0.1)], rings)
