"""The options by which a user chooses cells of a run, and their check against what the run has.

A choice that fits nothing in the run is refused, with the names that the run has: a table that passed
over the choice would be a table of something else.
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
    """Adds the options by which table and compare choose cells."""
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
    """'1e3..1e6' or '1e4' as (smallest, largest), as argparse's type."""
    low, _, high = text.partition("..")
    try:
        low = float(low)
        high = float(high) if high else low
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number or a range such as 1e3..1e6")
    return low, high


def chooser(arguments):
    """The function that says whether a cell was asked for."""
    return lambda cell: _matches(cell, arguments.workload) and _within(cell, arguments.n)


def share(text):
    """A number of at least 0, as argparse's type."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share of at least 0, such as 0.05")
    return value


def check(run, arguments):
    """Ends the program with status 2 and a line if the run lacks what was chosen of it."""
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
    """Ends the program with status 2 and a line if the run has no such subject."""
    if name not in run.subjects:
        _refuse(run, "subject", name, sorted(run.subjects))


def of_part(part, arguments):
    """The choices for a part of a run: its own baseline where it lacks the one chosen."""
    if not arguments.baseline or arguments.baseline in part.subjects:
        return arguments
    mine = copy.copy(arguments)
    mine.baseline = None
    return mine


def _matches(cell, pattern):
    """Whether the workload of a cell, with or without its phase, fits; without a pattern all do."""
    return not pattern or any(fnmatch.fnmatchcase(name, pattern)
               for name in (cell.workload, cell.workload.split("/")[0]))


def _within(cell, span):
    return not span or span[0] <= cell.n <= span[1]


def _number(n):
    """As count() writes it, if n is a whole number."""
    return count(n) if n == int(n) else f"{n:g}"


def _refuse(run, what, name, names, near=True):
    import difflib  # few need it, and it takes a while to load
    near = near and difflib.get_close_matches(name, names, 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names) or 'none'}"
    console.fail(f"{run.folder} has no {what} {name}; {hint}", 2)
