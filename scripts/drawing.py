"""Drawing with gnuplot: how a structure looks, and how a figure gets to a file.

A figure consists of rows (data/NAME.tsv) and of variables that lay it out (data/NAME.set).
scripts/figures/NAME.gp draws it from both. The name of a structure determines its colour and shape.
So it looks alike in all figures, and a new structure needs no edit here.
"""

import math
import os
import re
import subprocess
import zlib

import console
import records

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "figures")
WIDTH = 880  # pixels; the height depends on the contents
LETTER = 6.9  # pixels, the approximate width of a letter

# Indices into the palette and the list of point types in style.gp. A structure that is not in KNOWN
# gets the hash of its name, modulo the combinations that KNOWN leaves free.
BLACK, ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE = COLOURS = range(1, 8)
CIRCLE, SQUARE, UP, DIAMOND, DOWN, RING, BOX, OPEN_UP, OPEN_DIAMOND = SHAPES = range(1, 10)
KNOWN = {
    "binary-heap": (BLACK, CIRCLE),
    "quad-heap": (BLUE, SQUARE),
    "hierarchical-wheel": (VERMILLION, UP),
    "common-timeout": (GREEN, DIAMOND),
    "sorted-list": (PURPLE, DOWN),
    "cached-binary-heap": (BLACK, BOX),
    "pointer-heap": (BLACK, OPEN_UP),
    "zombie-heap": (SKY, RING),
    "pairing-heap": (SKY, UP),
    "rbtree": (ORANGE, SQUARE),
    "radix-tree": (ORANGE, OPEN_DIAMOND),
    "skiplist": (ORANGE, DOWN),
    "radix-heap": (PURPLE, CIRCLE),
    "unsorted-list": (PURPLE, BOX),
    "hashed-wheel": (VERMILLION, CIRCLE),
    "cascading-wheel": (VERMILLION, OPEN_UP),
    "kernel-wheel": (VERMILLION, BOX),
    "two-level-wheel": (VERMILLION, DIAMOND),
    "bucket-heap": (SKY, DIAMOND),
    "interval-levels": (PURPLE, DIAMOND),
    "bucket-levels": (ORANGE, DIAMOND),
    "calendar-queue": (GREEN, CIRCLE),
    "ladder-queue": (GREEN, OPEN_UP),
    "yardstick-dispatch": (SKY, BOX),
    "yardstick-prefetch": (SKY, OPEN_UP),
    "libevent": (ORANGE, CIRCLE),
    "libevent-common": (ORANGE, UP),
    "libevent-precise": (ORANGE, OPEN_UP),
}


def structure_of(name):
    """Returns the structure in the name of a loop, loop:STRUCTURE@BACKEND+words, or of a wrapper.

    The text after a ':' is a structure if it contains no '='; otherwise it is options.
    """
    return re.sub(r"^(?!again:)(?:[a-z-]+:(?=[a-z-]+(?:[:@]|$)))*|@.*$", "", name)


def appearance(names):
    """Returns {name: (colour, shape)}.

    A loop looks like its structure and a wrapper like the structure that it wraps. If several names
    have the same structure, the first one gets its look and the others get its colour with another
    shape. A structure that is not in KNOWN gets a look by the hash of its name.
    """
    free = [(colour, shape) for shape in SHAPES for colour in COLOURS
            if (colour, shape) not in KNOWN.values()]
    result = {}
    for name in sorted(names, key=lambda name: (name not in KNOWN, len(name), name)):
        look = KNOWN.get(structure_of(name))
        if look:
            result[name] = next(
                (one for one in [look] + [(look[0], shape) for shape in SHAPES]
                 if one not in result.values()), look)
    taken = set()
    for name in sorted(set(names) - set(result)):
        place = zlib.crc32(name.encode()) % len(free)
        while place in taken and len(taken) < len(free):
            place = (place + 1) % len(free)
        taken.add(place)
        result[name] = free[place]
    return result


class Figure:
    """The rows and the variables of one figure."""

    def __init__(self, name, header):
        self.name = name
        self.script = name  # scripts/figures/SCRIPT.gp draws it
        self.header = header
        self.rows = []
        self.variables = {"name": name, "width": WIDTH, "height": 400}
        self.shown = {}  # what the caption in the report says; see rests_on

    def add(self, *row):
        self.rows.append(row)

    def rests_on(self, run, standings):
        """Notes which measurements the figure shows, for its caption in the report."""
        rows = [row for standing in standings for blocks in run.cells[standing.cell].values()
                for found in blocks.values() for row in found]
        self.shown = {
            "cells": [standing.cell for standing in standings], "rows": len(rows),
            "blocks": sorted({line.blocks for standing in standings for line in standing.lines}),
            "ops": sorted({row["ops"] for row in rows if row.get("ops")}),
            "repeats": sorted({row["repeats"] for row in rows if row.get("repeats")}
                              or {len(row["samples_ns"]) for row in rows if row.get("samples_ns")}),
        }

    def add_subjects(self, subjects, bold):
        """Sets the variables that say what the gnuplot script draws and what the key explains.

        `bold` are the names to draw boldly.
        """
        look = appearance([subject.name for subject in subjects])
        names = [subject.name for subject in subjects]
        captions = [name if subject.accuracy == records.EXACT else f"{name} ({short(subject)})"
                    for name, subject in zip(names, subjects)]
        self.variables.update(
            subject=names, caption=captions, colour_of=[look[name][0] for name in names],
            shape_of=[look[name][1] for name in names],
            bold_of=[int(name in bold) for name in names],
            dash_of=[1 if subject.when == "exact" else 2 for subject in subjects])

    def add_key(self, extra=0):
        """Makes room for the key, with as many columns as its longest caption allows.

        `extra` is the number of entries that are not subjects.
        """
        captions = self.variables["caption"]
        longest = max(max(map(len, captions)), 26 if extra else 0)
        columns = max(1, min(4, int((WIDTH - 40) // (longest * 7.2 + 48))))
        rows = math.ceil((len(captions) + extra) / columns)
        self.variables.update(key_columns=columns, key_height=rows * 19 + 12)

    def write(self, folder):
        with open(os.path.join(folder, "data", f"{self.name}.tsv"), "w", encoding="utf-8") as out:
            print("\t".join(self.header), file=out)
            for row in self.rows:
                print("\t".join(plain(value) for value in row), file=out)
        with open(os.path.join(folder, "data", f"{self.name}.set"), "w", encoding="utf-8") as out:
            for key, value in self.variables.items():
                print(assignment(key, value), file=out)

    def draw(self, folder):
        self.write(folder)
        for form in ("svg", "pdf"):
            command = ["gnuplot", "-e", f"scripts={quoted(SCRIPTS)}; format='{form}'",
                       f"data/{self.name}.set", os.path.join(SCRIPTS, f"{self.script}.gp")]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            # The warning that a panel lacks a structure is expected.
            said = [line for line in done.stderr.splitlines()
                    if line.strip() and "Skipping data file with no valid points" not in line]
            if done.returncode or said:
                console.say(f"figures/{self.name}.{form}: " + ("\n".join(said) or "gnuplot failed"))
            if done.returncode:
                raise SystemExit(1)
            finish(os.path.join(folder, "figures", f"{self.name}.{form}"))
        return os.path.join(folder, "figures", f"{self.name}.svg")


def finish(path):
    """Makes a figure's file reproducible, and readable without the font.

    pdfcairo writes the date and time into a PDF. A fixed date of the same length replaces it, which
    keeps the offsets in the file. An SVG gets sans-serif as the fallback font.
    """
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".pdf"):
        data = re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>20000101000000", data)
    else:
        data = re.sub(rb'font-family="([^",]+)"', rb'font-family="\1, sans-serif"', data)
    with open(path, "wb") as file:
        file.write(data)


def plain(value):
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else f"{value:.6g}"
    return str(value)


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def assignment(key, value):
    """Returns a gnuplot assignment. A list becomes an array and its length, KEY_count.

    gnuplot has no empty arrays, so the array of an empty list has one undefined element.
    """
    if isinstance(value, (list, tuple)):
        items = ", ".join(item if isinstance(item := assignment_value(one), str) else item
                          for one in value)
        return f"array {key}[{max(1, len(value))}]" + (f" = [{items}]" if value else "") + \
            f"\n{key}_count = {len(value)}"
    return f"{key} = {assignment_value(value)}"


def assignment_value(value):
    if isinstance(value, str):
        return quoted(value)
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def bold_text(text):
    """Returns gnuplot markup that shows the text in bold. Markup characters in it are escaped."""
    return "{/:Bold " + re.sub(r"([_^@&~{}\\])", r"\\\1", text) + "}"


def short(subject):
    """Returns an accuracy that is not "exact, in order", in as few words as possible."""
    return subject.ordering if subject.when == "exact" else subject.when
