"""The code, flags, compiler and library of each record of a run, and whether the records fit together.

Records of one subject, pass and dispatch belong together when they are of the same code, compiled by
the same compiler with the same flags. `source_hash` stands for the code and the flags.
"""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# TIMERBED_HASHES names the program of another build; where it is empty, no build is asked.
PROGRAM = os.environ.get("TIMERBED_HASHES", os.path.join(ROOT, "build", "timerbed-hashes"))

# The keys in which records of one subject may not differ, and words for several values of each.
KEYS = {"source_hash": "versions of its code", "flags": "sets of flags", "compiler": "compilers",
        "libc": "C libraries", "library": "versions of the library"}
BUILD = ("flags", "compiler", "libc")


class Provenance:
    """The code that the records of measured cells are of.

    found  {(subject, pass, dispatch): {key of KEYS: the values there are}}
    """

    def __init__(self, records, program=PROGRAM):
        self.program = program
        self.found = {}
        self._here = None
        # Thousands of records are alike in all of this.
        different = dict.fromkeys(
            (record["subject"], record.get("pass", "time"), record.get("dispatch", "vtable"),
             *map(record.get, KEYS)) for record in records)
        for subject, measured, dispatch, *said in different:
            values = self.found.setdefault((subject, measured, dispatch), {key: set() for key in KEYS})
            for key, value in zip(KEYS, said):
                if value:
                    values[key].add(value)

    def mixed(self):
        """{(subject, pass, dispatch): "2 versions of its code"} of those that do not fit."""
        return {of: words for of, values in sorted(self.found.items())
                if (words := _more_than_one(values, KEYS))}

    def apart(self, subjects, measured, dispatches):
        """In words, that the subjects were not all built alike; "" if they were."""
        together = {key: set() for key in BUILD}
        for (subject, of_pass, dispatch), values in self.found.items():
            if subject in subjects and of_pass == measured and dispatch in dispatches:
                for key in BUILD:
                    together[key] |= values[key]
        return _more_than_one(together, BUILD)

    def recorded(self, subject, measured):
        """The hashes of a subject in a pass, whatever its dispatch."""
        return set().union(*(values["source_hash"] for of, values in self.found.items()
                             if of[:2] == (subject, measured)))

    def stale(self, subject, measured):
        """Whether the present build has other code or flags; None where that is not known."""
        recorded = self.recorded(subject, measured)
        here = self._hashes().get((subject, measured))
        return recorded != {here} if recorded and here else None

    def _hashes(self):
        """{(subject, pass): hash} of the present build; empty where there is none."""
        if self._here is None:
            names = dict.fromkeys(of[0] for of in self.found)
            self._here = _ask(self.program, names) if names else {}
        return self._here


def _more_than_one(values, keys):
    return " and ".join(f"{len(values[key])} {KEYS[key]}" for key in keys if len(values[key]) > 1)


def _ask(program, names):
    try:
        done = subprocess.run([program, *names], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {(subject, measured): code for subject, measured, code in lines}
