"""What a user chooses of a run on the command line, held against what the run has.

A choice that nothing of the run answers to is refused with the names that would be answered to: a
table without it would be a table of something else.
"""

import argparse
import copy
import difflib
import fnmatch
import math

import console
from records import count


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
    if arguments.baseline and arguments.baseline not in run.subjects:
        _refuse(run, "subject", arguments.baseline, sorted(run.subjects))
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
    if arguments.workload and arguments.n and not any(
            _matches(cell, arguments.workload) and _within(cell, arguments.n) for cell in cells):
        console.fail(f"{run.folder} has no cell that all of these options choose", 2)


def of_part(part, arguments):
    """The choices for a part of a run: its own baseline where it lacks the one chosen."""
    if not arguments.baseline or arguments.baseline in part.subjects:
        return arguments
    mine = copy.copy(arguments)
    mine.baseline = None
    return mine


def _matches(cell, pattern):
    return any(fnmatch.fnmatchcase(name, pattern)
               for name in (cell.workload, cell.workload.split("/")[0]))


def _within(cell, span):
    return span[0] <= cell.n <= span[1]


def _number(n):
    """As count writes it, where n is a number of timers at all."""
    return count(n) if n == int(n) else f"{n:g}"


def _refuse(run, what, name, names, near=True):
    near = near and difflib.get_close_matches(name, names, 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names) or 'none'}"
    console.fail(f"{run.folder} has no {what} {name}; {hint}", 2)
