"""The answer of a run as tables: which structure costs least for each workload and n, and what it
costs to take one structure everywhere. answer.py defines the terms (cell, state, regret, pick).

README, table.py and the report show these tables; table.py --all shows the other ones.
"""

import answer
import words
from grid import Table, width
from records import count, significant

COLUMNS = 4  # the most n that a table shows, one a column, beside the column of workloads
ROOM = 116  # the most characters in a line of a table: enough for three n and names of usual length
LINES = 50  # the lines of a screen


def sizes(one, most=COLUMNS):
    """Returns the n that the table shows, at most `most`, in ascending order.

    An n qualifies if it has at least a quarter as many cells with enough blocks as the n that has
    most. Of these, the largest comes first, then the smallest, the middle one, and the others in
    descending order.
    """
    cells = {n: sum(finding.cell.n == n for finding in one.basis) for n in one.sizes}
    fit = [n for n in one.sizes if 4 * cells[n] >= max(cells.values())]
    order = dict.fromkeys([fit[-1], fit[0], fit[len(fit) // 2], *reversed(fit)])
    return sorted(list(order)[:most])


def label(finding, findings):
    """Returns a row's name: the workload, after the experiment if there are several experiments."""
    several = len({other.cell.experiment for other in findings}) > 1
    return (f"{finding.cell.experiment}: " if several else "") + finding.cell.workload


def legend(one, shown):
    """Returns sentences that say what the cells of the table mean. `shown` are the n it shows."""
    relative = any(finding.first.to_baseline for finding in one.findings)
    text = f"Each cell names the cheapest whose timers {words.firing(one.accuracy)}, and its cost"
    text += f" relative to {one.baseline}." if relative else "."
    states = {finding.state for finding in one.findings if finding.cell.n in shown}
    if answer.CLOSE in states:
        text += " ~ and +2: two more cannot be told apart from it."
    if answer.FEW in states:
        text += " ?: too few blocks for a verdict."
    hidden = [count(n) for n in one.sizes if n not in shown]
    return text + (f" Not shown: n = {words.listed(hidden)}." if hidden else "")


def least(one, rows=None, most=COLUMNS):
    """Returns a table of the cheapest structure, with a row per workload and a column per n.

    It has at most `rows` rows, and all if `rows` is None.
    """
    shown = sizes(one, most)
    places = {}
    for finding in one.findings:
        if finding.cell.n in shown:
            places.setdefault(label(finding, one.findings), {})[finding.cell.n] = finding
    table = Table("Who costs least", ["workload"] + [f"n = {count(n)}" for n in shown], [],
                  [legend(one, shown)], right=1 + len(shown))
    for name in sorted(places):
        table.rows.append([name] + [words.least(places[name][n], one.baseline)
                                    if n in places[name] else "-" for n in shown])
    if rows is not None and len(table.rows) > rows:
        table.text.append(f"{len(table.rows) - rows} more workloads: table.py --all.")
        del table.rows[rows:]
    return table


def narrow(one, rows=None):
    """Returns the table of least() with as many n as fit in ROOM characters."""
    for most in range(COLUMNS, 1, -1):
        table = least(one, rows, most)
        if width(table) <= ROOM:
            return table
    return least(one, rows, 1)


def everywhere(one, rows=None):
    """Returns a table with a row per structure: what it costs to take that structure everywhere.

    The structures that were measured in most cells are the first.
    """
    of = len(one.basis)
    table = Table("What one everywhere costs, relative to the cheapest of each cell",
                  ["", "cells", "cheapest, not told apart, dearer", "on average", "at worst", "where"],
                  [], right=1, last_left=True)
    for regret in one.regrets[:rows]:
        places = f"{regret.alone}, {regret.close}, {regret.behind}"
        table.rows.append([
            words.marked(one.run, regret.name), f"{regret.cells} of {of}",
            "no verdicts" if one.indicative else places, significant(regret.mean),
            significant(regret.worst), words.at(regret.worst_at.cell)])
    return table


def screen(found, lines):
    """Returns the tables that fit on a screen of `lines` lines.

    They are of the first accuracy that has a ranking.
    """
    ranked = [one for one in found if one.findings]
    shown = []
    if ranked and lines >= 10:
        shown = [narrow(ranked[0], lines - 7)]
        left = lines - 7 - len(shown[0].rows)
        if left >= 12:
            shown.append(everywhere(ranked[0], left - 6))
    return shown
