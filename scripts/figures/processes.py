"""The wall time of whole processes, with a row per structure."""

from drawing_dots import dots

HEADING = "Whole processes"
CAPTION = ("Wall time of whole processes by hyperfine, start-up included. Small dots: single "
           "runs; large: their median.")
PASS = "process"


def make(run, name, standings):
    return dots(run, name, standings, [("seconds", "seconds, whole process", 0)])
