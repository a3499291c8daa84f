#!/usr/bin/python3
"""bibliography.py [PAPER]: compares a paper's citations with its bibliography and its evidence.

PAPER is the folder with *.tex, refs.bib and refs-checked.tsv, by default paper/ beside scripts/.
refs-checked.tsv says where somebody has seen the fields of each entry. The script fails if
  - a citation in a .tex file has no entry in refs.bib,
  - an entry has no line in refs-checked.tsv,
  - a line of refs-checked.tsv has no entry, does not have four columns, or has no date,
  - an entry occurs twice, or lacks a title, an author or a year. A year is not needed for software
    that is identified by its commit.
It warns of entries that nothing cites. It needs neither BibTeX nor TeX.
"""

import os
import re
import sys

import console

CITATION = re.compile(r"\\(?:no)?cite[a-zA-Z]*\*?\s*(?:\[[^\]]*\]\s*)*\{([^}]*)\}")
ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,")
FIELD = re.compile(r"(\w+)\s*=\s*")
COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
NOT_ENTRIES = {"comment", "string", "preamble"}
COLUMNS = ("key", "fields", "where", "when")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def citations(text):
    """Yields (key, line number) of each citation in a TeX source."""
    lines = [COMMENT.sub(r"\1", line) for line in text.split("\n")]
    text = "\n".join(lines)
    for match in CITATION.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        for key in match.group(1).split(","):
            if key.strip():
                yield key.strip(), line


def balanced(text, start):
    """Returns the offset of the brace that closes the group whose opening brace is at `start`.

    Returns the length of the text if the group isn't closed.
    """
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if not depth:
                return at
    return len(text)


def value(text, at):
    """Returns the field value that begins at offset `at`, and the offset after it."""
    if text[at:at + 1] == "{":
        end = balanced(text, at)
        return text[at + 1:end], end + 1
    end = text.find('"', at + 1) if text[at:at + 1] == '"' else -1
    if end >= 0:
        return text[at + 1:end], end + 1
    bare = re.match(r"[^,}\s]*", text[at:]).group()
    return bare, at + len(bare)


def fields(body):
    """Returns {name: value} of the fields of an entry. The names are in lower case."""
    found, at = {}, 0
    while match := FIELD.search(body, at):
        found[match.group(1).lower()], at = value(body, match.end())
    return found


def entries(text):
    """Yields (key, kind, fields) of each entry of a BibTeX file, in the order of the file."""
    text = "\n".join("" if line.lstrip().startswith("%") else line for line in text.split("\n"))
    at = 0
    while match := ENTRY.search(text, at):
        kind, key = match.group(1).lower(), match.group(2)
        end = balanced(text, text.index("{", match.start()))
        at = end
        if kind not in NOT_ENTRIES:
            yield key, kind, fields(text[match.end():end])


def lacking(kind, found):
    """Yields the names of the required fields that an entry lacks."""
    if not found.get("title"):
        yield "title"
    if not found.get("author"):
        yield "author"
    if not found.get("year") and not (kind == "misc" and "commit" in found.get("howpublished", "")):
        yield "year"


def evidence(text):
    """Yields (line number, columns) of each line of refs-checked.tsv.

    Blank lines, comments and the header are left out.
    """
    for number, line in enumerate(text.split("\n"), 1):
        columns = line.split("\t")
        if line.strip() and not line.startswith("#") and columns[0] != COLUMNS[0]:
            yield number, columns


def check(folder):
    """Returns (errors, warnings, number of entries). An error or a warning is a sentence."""
    wrong, odd, known, checked, cited = [], [], {}, set(), set()
    for key, kind, found in entries(read(os.path.join(folder, "refs.bib"))):
        if key in known:
            wrong.append(f"refs.bib: {key} is there twice")
        known[key] = found
        wrong += [f"refs.bib: {key} has no {name}" for name in lacking(kind, found)]
    for number, columns in evidence(read(os.path.join(folder, "refs-checked.tsv"))):
        place = f"refs-checked.tsv:{number}"
        if len(columns) != len(COLUMNS) or not all(column.strip() for column in columns):
            wrong.append(f"{place}: not the columns {', '.join(COLUMNS)}")
        elif not DAY.fullmatch(columns[3].strip()):
            wrong.append(f"{place}: {columns[3]} is no day")
        elif columns[0] not in known:
            wrong.append(f"{place}: refs.bib has no {columns[0]}")
        else:
            checked.add(columns[0])
    wrong += [f"refs.bib: {key} has no line in refs-checked.tsv"
              for key in known if key not in checked]
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".tex"):
            continue
        for key, line in citations(read(os.path.join(folder, name))):
            cited.add(key)
            if key not in known and key != "*":
                wrong.append(f"{name}:{line}: refs.bib has no {key}")
    if "*" not in cited:
        odd += [f"refs.bib: nothing cites {key}" for key in known if key not in cited]
    return wrong, odd, len(known)


def main():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "paper")
    parser = console.Parser(prog="bibliography.py", description="Checks a paper's bibliography.")
    parser.add_argument("folder", metavar="PAPER", nargs="?", default=os.path.normpath(beside),
                        help="the folder with *.tex, refs.bib and refs-checked.tsv (paper)")
    arguments = parser.parse_args()
    try:
        wrong, odd, count = check(arguments.folder)
    except OSError as error:
        console.fail(console.words_of(error))
    for sentence in odd:
        print(f"warning: {sentence}")
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    if wrong:
        console.fail(f"{len(wrong)} wrong")
    print(f"{count} entries, all checked; {len(odd)} not cited")


if __name__ == "__main__":
    console.run(main)
