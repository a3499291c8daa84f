#!/usr/bin/python3
"""map.py DIR: draws a run's figures and prints its maps.

A map shows which structure costs least at each pair of values of two settings, its axes. Each
accuracy that is ranked has a grid with the initials of structures, and below it a table of the
places with full names. In a grid, `ch 1.45` means that ch costs least and the next structure 1.45
times as much. `~ ch qh` means that ch and qh are not told apart. `? ch` means that nothing was
tested, as there is only one block. Standard output has only the tables.
"""

import sys

import answer
import console
import figures
import maps
import passes
import records
import table
import words
from grid import Table, interval, write_text, write_sentence
from records import count, significant


def tables(one):
    """Returns two Tables of a map: the grid, and the list of its places."""
    names = sorted({name for place in one.places.values()
                    for name in [place.winner, *place.tied]})
    short = maps.initials(names)
    title = f"{one.experiment}: {one.workload}, {words.promise(one.accuracy)}"
    title += "" if one.dispatch == "vtable" else f", {one.dispatch} dispatch"
    grid = Table(
        title, [""] + [_value(one.x, value) for value in one.x.values],
        [[_value(one.y, y)] + [_short(one.places.get((x, y)), short) for x in one.x.values]
         for y in reversed(one.y.values)],
        [f"{passes.of(one.measured).heading}. Across: {one.x.title}. Down: {one.y.title}.",
         "The winner, and what the next one costs as a multiple; ~ not told apart; ? one block, "
         "nothing tested.", ", ".join(f"{short[name]} {name}" for name in names) + ".",
         table.evidence(one.standings)])
    listed = Table(
        f"{title}: place by place",
        [one.x.name, one.y.name, "costs least", "next", "ratio", "95 %", "p", "blocks", "verdict"],
        [_row(one, place) for y in one.y.values for x in one.x.values
         if (place := one.places.get((x, y)))], right=4, last_left=True)
    return [grid, listed]


def _value(axis, value):
    return count(float(value)) if axis.name == "n" else value


def _short(place, short):
    if not place:
        return "-"
    if place.tied and not place.tested:
        return f"? {short[place.winner]}"
    if place.tied:
        return "~ " + " ".join(short[name] for name in [place.winner, *place.tied[:3]]) \
            + (f" +{len(place.tied) - 3}" if len(place.tied) > 3 else "")
    return f"{short[place.winner]} {significant(place.ratio.mean)}" if place.ratio \
        else f"{short[place.winner]} only"


def _row(one, place):
    ratio = place.ratio
    return [_value(one.x, place.x), _value(one.y, place.y), place.winner, place.runner_up,
            significant(ratio.mean) if ratio else "-", interval(ratio) if ratio else "",
            f"{ratio.corrected:.2g}" if ratio and ratio.has_interval else "", str(place.blocks),
            place.words]


def main():
    parser = console.Parser(prog="map.py", description="Draws and prints a run's maps.")
    parser.add_argument("folder", metavar="DIR", help="a run: the folder with cells.jsonl")
    arguments = parser.parse_args()
    run = records.open_run(arguments.folder)
    found = [one for part in run.parts() for measured in part.passes()
             for one in maps.maps(part, measured)]
    if not found:
        console.fail(f"{arguments.folder}: no map in it: nothing with two axes and two structures "
                     "of one accuracy was measured")
    figures.draw(run)
    for one in found:
        for each in tables(one):
            write_text(each, sys.stdout)
    for part in run.parts():
        if part.failures:
            write_text(table.failures(part), sys.stdout)
        write_sentence(table.closing(part, answer.main_pass(part)), sys.stdout)
    return 0


if __name__ == "__main__":
    console.run(main)
