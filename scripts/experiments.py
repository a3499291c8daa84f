"""The experiments of this project, bench/experiments/NAME.ini, as they stand here.

A run has a copy of what it was asked, experiment.ini. The files here tell what that copy does not.
"""

import configparser
import functools
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "experiments")


@functools.cache
def _read(name):
    """NAME.ini, parsed; empty if there is no such file."""
    ini = configparser.ConfigParser(strict=False, interpolation=None)
    if name == os.path.basename(name):
        ini.read(os.path.join(FOLDER, f"{name}.ini"), encoding="utf-8")
    return ini


def names():
    """The names of all experiments, in alphabetical order."""
    return sorted(entry[:-4] for entry in os.listdir(FOLDER) if entry.endswith(".ini"))


def question(name):
    """What the experiment asks; "-" if it says nothing."""
    return _read(name).get("experiment", "question", fallback="-")


def aside(name):
    """The setting `aside` of its groups of cells: "no", "question" or "point".

    The groups of one experiment have one setting. Groups of other experiments that the file holds do
    not count.
    """
    ini = _read(name)
    groups = [section for section in ini.sections() if section.split(".")[0] == name]
    return next((word for section in groups
                 if (word := ini.get(section, "aside", fallback="no")) != "no"), "no")
