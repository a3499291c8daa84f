"""Reads this project's experiments, bench/experiments/NAME.ini.

A run has a copy of its settings, experiment.ini. These functions return what the copy lacks.
"""

import configparser
import functools
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "experiments")


@functools.cache
def _read(name):
    """Returns NAME.ini parsed, or an empty parser if there is no such file."""
    ini = configparser.ConfigParser(strict=False, interpolation=None)
    if name == os.path.basename(name):
        ini.read(os.path.join(FOLDER, f"{name}.ini"), encoding="utf-8")
    return ini


def names():
    """Returns the names of all experiments in alphabetical order."""
    return sorted(entry[:-4] for entry in os.listdir(FOLDER) if entry.endswith(".ini"))


def question(name):
    """Returns the question that the experiment answers, or "-" if the file has none."""
    return _read(name).get("experiment", "question", fallback="-")


def aside(name):
    """Returns the setting `aside` of the experiment's groups of cells: "no", "question" or "point".

    All groups of an experiment have the same setting. The file may also contain groups of other
    experiments, which don't count.
    """
    ini = _read(name)
    groups = [section for section in ini.sections() if section.split(".")[0] == name]
    return next((word for section in groups
                 if (word := ini.get(section, "aside", fallback="no")) != "no"), "no")
