"""The committed list of mutants that no test catches: known/AREA.tsv.

The columns are: file, function, occurrence, original, mutated, verdict, reason. The verdict is
`equivalent` or `missed`. `equivalent` means that no input can tell the mutant from the original,
and the reason says why. `missed` means that an input could, and the reason names the input.
"""

import glob
import os

COLUMNS = ("file", "function", "occurrence", "original", "mutated", "verdict", "reason")
VERDICTS = ("equivalent", "missed")


def key(record):
    """Returns the name of the mutant that the dict `record` describes."""
    return tuple(record[one] for one in ("file", "function", "original", "mutated")) + (
        int(record["occurrence"]),)


class Known:
    """The list as `entries`, {name of a mutant: (verdict, reason)}, and its faults as `wrong`.

    The files of the areas in `without` are not read.
    """

    def __init__(self, folder, without=()):
        self.entries, self.wrong = {}, []
        left_out = [os.path.join(folder, f"{area}.tsv") for area in without]
        for path in sorted(set(glob.glob(os.path.join(folder, "*.tsv"))).difference(left_out)):
            with open(path, encoding="utf-8") as file:
                for number, line in enumerate(file, 1):
                    if line.strip() and not line.startswith("#"):
                        self.add(line.rstrip("\n"), f"{path}:{number}")

    def add(self, line, where):
        fields = line.split("\t")
        record = dict(zip(COLUMNS, fields))
        if len(fields) != len(COLUMNS) or not record["occurrence"].isdigit():
            self.wrong.append(f"{where}: not the {len(COLUMNS)} columns {', '.join(COLUMNS)}")
        elif record["verdict"] not in VERDICTS or not record["reason"].strip():
            self.wrong.append(f"{where}: {' or '.join(VERDICTS)}, and a reason")
        elif key(record) in self.entries:
            self.wrong.append(f"{where}: listed twice")
        else:
            self.entries[key(record)] = record["verdict"], record["reason"]

    def verdict(self, name):
        return self.entries.get(name, ("", ""))[0]

    def stale(self, names):
        """Returns the entries that are not in `names`, the names of all places."""
        return sorted(set(self.entries) - set(names))
