"""Checks whether the records of a run may be compared, by code, flags, compiler and libraries.

Records of one subject, pass and dispatch (way of calling) may be compared if none of KEYS differs
between them. The value of `source_hash` is a hash of the code and the flags.
"""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The program that prints the hashes of the present build. The environment variable TIMERBED_HASHES
# names the program of another build. If it is empty, no hashes are known.
PROGRAM = os.environ.get("TIMERBED_HASHES", os.path.join(ROOT, "build", "timerbed-hashes"))

# The keys in which records of one subject may not differ, and a phrase for several values.
KEYS = {"source_hash": "versions of its code", "flags": "sets of flags", "compiler": "compilers",
        "libc": "C libraries", "library": "versions of the library"}
BUILD = ("flags", "compiler", "libc")


class Provenance:
    """The values of KEYS in the records of measured cells.

    found  {(subject, pass, dispatch): {key of KEYS: the set of its values}}
    """

    def __init__(self, records, program=PROGRAM):
        self.program = program
        self.found = {}
        self._here = None
        # Thousands of records have the same values. Each combination is handled once.
        different = dict.fromkeys(
            (record["subject"], record.get("pass", "time"), record.get("dispatch", "vtable"),
             *map(record.get, KEYS)) for record in records)
        for subject, measured, dispatch, *said in different:
            values = self.found.setdefault((subject, measured, dispatch), {key: set() for key in KEYS})
            for key, value in zip(KEYS, said):
                if value:
                    values[key].add(value)

    def mixed(self):
        """Returns {(subject, pass, dispatch): text} of the records that may not be compared.

        A text is for example "2 versions of its code".
        """
        return {of: words for of, values in sorted(self.found.items())
                if (words := _more_than_one(values, KEYS))}

    def apart(self, subjects, measured, dispatches):
        """Returns a text such as "2 compilers", or "" if all subjects were built alike.

        Only records of the pass `measured` and of the dispatches count.
        """
        together = {key: set() for key in BUILD}
        for (subject, of_pass, dispatch), values in self.found.items():
            if subject in subjects and of_pass == measured and dispatch in dispatches:
                for key in BUILD:
                    together[key] |= values[key]
        return _more_than_one(together, BUILD)

    def recorded(self, subject, measured):
        """Returns the set of the source hashes of a subject in a pass, of all dispatches."""
        return set().union(*(values["source_hash"] for of, values in self.found.items()
                             if of[:2] == (subject, measured)))

    def stale(self, subject, measured):
        """Returns whether the subject's code or flags in the present build differ from the recorded
        ones, or None if that is not known.
        """
        recorded = self.recorded(subject, measured)
        here = self._hashes().get((subject, measured))
        return recorded != {here} if recorded and here else None

    def _hashes(self):
        """Returns {(subject, pass): hash} of the present build, empty if there is no build."""
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
