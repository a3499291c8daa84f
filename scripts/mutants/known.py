"""The committed list of mutants that no test catches: known/AREA.tsv.

A line is: file, function, occurrence, original, mutated, verdict, reason. The verdict is `equivalent`,
with the reason why no input can tell, or `missed`, with the input that would tell.
"""

import glob
import os

COLUMNS = ("file", "function", "occurrence", "original", "mutated", "verdict", "reason")
VERDICTS = ("equivalent", "missed")


def key(record):
    """What names a mutant, of a dict with these fields."""
    return tuple(record[one] for one in ("file", "function", "original", "mutated")) + (
        int(record["occurrence"]),)


class Known:
    """{name of a mutant: (verdict, reason)}, and what is wrong with the list. The files of the areas in
    `without` are not read."""

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
        """Entries of places that no longer exist."""
        return sorted(set(self.entries) - set(names))
