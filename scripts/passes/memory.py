"""The pass `memory`: the checked replay, which also counts bytes, wake-ups and lateness."""

PLACE = 3
MEASURE = "bytes_per_timer"
UNIT = "B/timer"
TITLE = "bytes per timer, beside its struct timer"
EXACT = True
VERDICTS = {"faster": "smaller", "slower": "larger"}
BESIDE = ("armed_after_peak", "Memory after a peak",
          "Bytes at the peak, and bytes that are left when all but one in a hundred of the timers "
          "have been removed. A structure is asked by reserve for room for those; a loop does "
          "that without being asked.",
          (("footprint_peak", "at the peak"), ("armed_after_peak", "after it")))
