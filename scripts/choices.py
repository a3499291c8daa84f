"""The options with which a user chooses cells of a run, and checks of the chosen values.

A value that matches nothing in the run is an error. The message suggests a similar name that the
run has, or lists the names.
"""

import argparse
import copy
import fnmatch
import math

import console
import inference
import passes
from records import count


def add(parser):
    """Adds the options with which table.py and compare.py choose cells."""
    parser.add_argument("--workload", metavar="GLOB", help="only workloads that match")
    parser.add_argument("--n", metavar="RANGE", type=parse_range,
                        help="only these n: 1e4 or 1e3..1e6")
    parser.add_argument("--pass", dest="measured", choices=list(passes.PASSES),
                        help="what was measured (time, or what there is)")
    parser.add_argument("--baseline", metavar="NAME",
                        help="what the others are relative to (binary-heap; for loops, libevent)")
    parser.add_argument("--minimum-effect", metavar="SHARE", type=share,
                        default=inference.MINIMUM_EFFECT,
                        help="the smallest difference worth a verdict (0.05); for pass lateness, which "
                             "is compared by differences in ns, any that is told from 0")


def parse_range(text):
    """Returns '1e3..1e6' or '1e4' as (smallest, largest). It is a type for argparse."""
    low, _, high = text.partition("..")
    try:
        low = float(low)
        high = float(high) if high else low
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number or a range such as 1e3..1e6")
    return low, high


def chooser(arguments):
    """Returns a function that returns whether the arguments choose a cell."""
    return lambda cell: _matches(cell, arguments.workload) and _within(cell, arguments.n)


def share(text):
    """Returns the number, which must be at least 0. It is a type for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share of at least 0, such as 0.05")
    return value


def check(run, arguments):
    """Ends the program with a message and status 2 if the run lacks what the arguments choose."""
    if arguments.baseline:
        check_subject(run, arguments.baseline)
    if arguments.measured and arguments.measured not in run.passes():
        _refuse(run, "measurement of pass", arguments.measured, run.passes())
    cells = [cell for cell in run.cells
             if not arguments.measured or cell.measured == arguments.measured]
    if arguments.workload and not any(_matches(cell, arguments.workload) for cell in cells):
        _refuse(run, "workload", arguments.workload, sorted({cell.workload for cell in cells}))
    if arguments.n and not any(_within(cell, arguments.n) for cell in cells):
        low, high = arguments.n
        _refuse(run, "n of", _number(low) if low == high else f"{_number(low)}..{_number(high)}",
                [count(n) for n in sorted({cell.n for cell in cells})], near=False)
    if cells and not any(map(chooser(arguments), cells)):
        console.fail(f"{run.folder} has no cell that all of these options choose", 2)


def check_subject(run, name):
    """Ends the program with a message and status 2 if the run has no subject of that name."""
    if name not in run.subjects:
        _refuse(run, "subject", name, sorted(run.subjects))


def parts(run, arguments):
    """Returns the parts of a run that have a cell which the arguments choose.

    A part has the cells of one family.
    """
    choose = chooser(arguments)
    found = [part for part in run.parts()
             if any(choose(cell) and arguments.measured in (None, cell.measured)
                    for cell in part.cells)]
    return found or run.parts()


def of_part(part, arguments):
    """Returns the arguments for a part of a run, without a baseline that the part does not have."""
    if not arguments.baseline or arguments.baseline in part.subjects:
        return arguments
    mine = copy.copy(arguments)
    mine.baseline = None
    return mine


def _matches(cell, pattern):
    """Returns whether a cell's workload, with or without its phase, matches the pattern.

    Each workload matches an empty pattern.
    """
    return not pattern or any(fnmatch.fnmatchcase(name, pattern)
               for name in (cell.workload, cell.workload.split("/")[0]))


def _within(cell, span):
    return not span or span[0] <= cell.n <= span[1]


def _number(n):
    """Returns n as count() formats it if n is a whole number, otherwise in the format %g."""
    return count(n) if n == int(n) else f"{n:g}"


def _refuse(run, what, name, names, near=True):
    import difflib  # not at the top: it loads slowly, and only this message needs it
    near = near and difflib.get_close_matches(name, names, 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names) or 'none'}"
    console.fail(f"{run.folder} has no {what} {name}; {hint}", 2)
