"""The files of an export: one structure, with all that it needs.

All text comes from structures/. libclang reads the C code. An export also contains code of the
templates in structures/export, in which this module replaces words that begin with EXPORTED_.
"""

import difflib
import pathlib
import re

import c_source
from c_source import CursorKind

ROOT = pathlib.Path(__file__).resolve().parent.parent
STRUCTURES = ROOT / "structures"
FOLDERS = (STRUCTURES, STRUCTURES / "wrappers")
TEMPLATES = STRUCTURES / "export"
CONTRACT = STRUCTURES / "timer.h"
OPTIONS = STRUCTURES / "common" / "options.h"

# Headers whose #include lines disappear: NAME.h has what an export needs of them.
IN_HEADER = (CONTRACT, OPTIONS, TEMPLATES / "exported.h", TEMPLATES / "make_set.h")

# What exported.h declares for the header of an export.
TABLE = "timer_EXPORTED_STRUCTURE"
FUNCTIONS = ("EXPORTED_STRUCTURE_create_with", "EXPORTED_STRUCTURE_accuracy_with")

# The fields whose values a wrapper takes from the structure that it wraps.
INHERITED = ("bears", "ticks", "options", "options_size", "interesting", "refuse", "accuracy", "lap")

UNUSED = "__attribute__((unused))\n"

GNU = """\
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
"""

HEADER = """\
/*
 * {name} - {summary}
 *
 * Exported from timerbed, the reference testbed for timer structures in event loops, by
 * "timerbed export {asked}": this header and {name}.c are all that is needed.
 *
 *	cc -std=c17 -Wall -Wextra -c {name}.c
 *	cc -std=c17 -Wall -Wextra {name}.c {name}-test.c{libraries} && ./a.out
 *
 * Several exported structures can be linked into one program and their headers included into one
 * file, in any order.
 *
{licence}
 */

{contracts}

#ifndef {guard}
#define {guard}

{declarations}

#endif
"""


class Refused(Exception):
    """The export is impossible. The arguments are the reason and the exit status."""


def symbol_of(name):
    return re.sub("[-:]", "_", name)


class Structure:
    """A structure's source, and the table in which it ends."""

    def __init__(self, path):
        self.name = path.stem
        self.symbol = symbol_of(self.name)
        self.source = c_source.Source(path, ROOT)
        self.table = self.source.table(f"timer_{self.symbol}")
        if not self.table:
            raise Refused(f"{path} has no table timer_{self.symbol}", 1)

    def has(self, field):
        return field in self.table.fields

    def string(self, field):
        return "".join(c_source.strings(self.table.fields[field].value)) if self.has(field) else ""


class Export:
    """What is exported: a structure, or a wrapper with the structure that it wraps (`within`)."""

    def __init__(self, asked, structure, within=None):
        self.asked, self.structure, self.within = asked, structure, within
        self.name = asked.replace(":", "-")
        self.symbol = symbol_of(asked)
        self.innermost = within or structure
        self.has_options = self.innermost.has("options")
        self.summary = structure.string("summary")
        self.words = {"EXPORTED_NAME": self.name, "EXPORTED_STRUCTURE": self.symbol}
        if self.has_options:
            settings = filter(None, self.innermost.table.strings_at("interesting"))
            self.words["EXPORTED_EXAMPLE"] = next(settings, "name=value")
        if within:
            self.summary = f"{structure.name}, over: {within.string('summary')}"
            self.words["EXPORTED_WITHIN"] = within.symbol
            self.words["EXPORTED_CREATE_OVER"] = structure.table.fields["create_over"].value.spelling

    def filled(self, text):
        """Returns the text of a template with the words of this export."""
        for word, value in self.words.items():
            text = text.replace(word, value)
        return text


# ------------------------------------------------------------------------------------- texts


def tidy(text):
    """Returns text without blank lines at its ends, and without two in succession."""
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n"))


def opening_comment(source):
    return source.text()[:source.opening_comment()].decode()


def static(cursors):
    """Returns the edits that make public functions static."""
    return [(one.extent.start.offset, one.extent.start.offset, "static ") for one in cursors]


class File:
    """A C file that is made of several. Each header of the project, or of the system, comes once."""

    def __init__(self):
        self.system = set()  # #include lines
        self.done = set(IN_HEADER)

    def code(self, source, edits=(), path=None):
        """Returns the text of a source, or of a header that it includes, with the edits made.

        The opening comment of the source is left out. The text of the project's headers replaces
        their #include lines. Those of the system's headers are kept for the top of the file.
        """
        edits = list(edits)
        for one in source.includes(path):
            if source.owns(one.target):
                edits.append((one.start, one.end, self.header(source, one.target)))
            elif one.always:
                self.system.add(source.text(path)[one.start:one.end].decode())
                edits.append((one.start, one.end, ""))
        if path is None:
            edits.append((0, source.opening_comment(), ""))
        return tidy(c_source.changed(source.text(path), edits).decode())

    def header(self, source, path):
        """Returns the text of a header, whose functions need not all be used, or "" if the file has
        it already."""
        if path in self.done:
            return ""
        if path.with_suffix(".c").is_file():
            raise Refused(f"'{source.path.stem}' can't be exported: it is built on {path.name}", 1)
        self.done.add(path)
        places = [one.extent.start.offset for one in source.functions(path)
                  if c_source.text_of(source.text(path), one).startswith(b"static")]
        text = self.code(source, [(place, place, UNUSED) for place in places], path)
        return f"\n{text}\n"

    def template(self, export, name, edits_of=lambda source: ()):
        """Returns the code of a file in structures/export for this export."""
        source = c_source.Source(TEMPLATES / name, ROOT)
        return export.filled(self.code(source, edits_of(source)))

    def whole(self, export, comment, parts, before=""):
        """Returns the text of the whole file."""
        includes = "\n".join(sorted(self.system))
        return "\n\n".join([f'{comment}\n{before}{includes}', f'#include "{export.name}.h"',
                            *parts]) + "\n"


# ------------------------------------------------------------------------------------ header


def types(path):
    """Returns the opening comment of a header, and the rest without functions and variables."""
    source = c_source.Source(path, ROOT)
    places = [source.with_comment(one) for one in source.declarations()
              if one.kind in (CursorKind.FUNCTION_DECL, CursorKind.VAR_DECL)]
    places.append((0, source.opening_comment()))
    text = c_source.changed(source.text(), [(start, end, "") for start, end in places])
    return opening_comment(source), tidy(text.decode())


def declarations(export):
    """Returns what the header of an export declares beside the contract."""
    source = c_source.Source(TEMPLATES / "exported.h", ROOT)
    wanted = (TABLE, *FUNCTIONS) if export.has_options else (TABLE,)
    found = [source.with_comment(one) for one in source.declarations() if one.spelling in wanted]
    text = source.text()
    return export.filled("\n\n".join(text[start:end].decode() for start, end in found))


def header(export):
    comment, contract = types(CONTRACT)
    contracts = [f"{comment}\n{contract}"]
    if export.has_options:
        contracts.insert(0, types(OPTIONS)[1])
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8").rstrip().split("\n")
    return HEADER.format(
        name=export.name,
        asked=export.asked,
        summary=export.summary,
        libraries=" -lm" if export.has_options else "",
        licence="\n".join(f" * {line}".rstrip() for line in licence),
        contracts="\n\n".join(contracts),
        guard=f"TIMER_{export.symbol.upper()}_H",
        declarations=declarations(export),
    )


# ------------------------------------------------------------------------------------ source


def inherited(export):
    """Returns the fields that a wrapper's table takes from that of the structure within."""
    texts = []
    for name in INHERITED:
        field = export.within.table.fields.get(name)
        if field and field.text is None:
            raise Refused(f"'{export.asked}' can't be exported: a macro sets .{name} of "
                          f"'{export.within.name}'", 1)
        if field:
            texts.append(field.text)
    return texts


def wrapper_edits(export, create):
    """Returns the edits that make a wrapper's table that of a structure, named after both. `create`
    is the code of its function create."""
    table = export.structure.table
    create_over = table.fields["create_over"]
    texts = inherited(export) + [f".create = {export.symbol}_create"]
    edits = [
        (table.start, table.start, f"{create}\n\n"),
        (*table.name, f"timer_{export.symbol}"),
        (create_over.start, create_over.end, ",\n\t".join(texts)),
    ]
    for name, text in (("name", export.asked), ("summary", export.summary)):
        field = table.fields[name]
        edits.append((field.start, field.end, f'.{name} = "{text}"'))
    return edits


def structures_code(export, file):
    """Returns the code of the structure, after that of the structure within if there is one."""
    if not export.within:
        return [file.code(export.structure.source)]
    start = export.within.table.start
    create = file.template(export, "create_over.c", lambda source: static(source.functions()))
    return [
        file.code(export.within.source, [(start, start, "static ")]),
        f"#define {export.structure.symbol.upper()}_INNER timer_{export.within.symbol}",
        file.code(export.structure.source, wrapper_edits(export, create)),
    ]


def options_code(export, file):
    """Returns the code that parses options. It is private to the export's source."""
    source = c_source.Source(OPTIONS.with_suffix(".c"), ROOT)
    return [
        "/* Options: parsing and checking from the table above. */",
        file.code(source, static(source.public_functions())),
        file.template(export, "create_with.c"),
    ]


def implementation(export):
    structures = [one for one in (export.structure, export.within) if one]
    for one in structures:
        missing = one.source.missing()
        if missing:
            raise Refused(f"'{one.name}' can't be exported: it uses {missing[0]}, which no "
                          "export has", 1)
    file = File()
    parts = structures_code(export, file)
    if export.has_options:
        parts += options_code(export, file)
    essays = "\n\n".join(opening_comment(one.source) for one in structures)
    return file.whole(export, essays, parts, GNU)


# -------------------------------------------------------------------------------------- test


def test_program(export):
    file = File()
    source = c_source.Source(TEMPLATES / "export_test.c", ROOT)
    parts = [
        file.template(export, "make_set_with.c" if export.has_options else "make_set_plain.c"),
        export.filled(file.code(source)),
    ]
    return file.whole(export, export.filled(opening_comment(source)), parts)


# ----------------------------------------------------------------------------------- finding


def find_one(name):
    """Returns the structure of that name."""
    paths = {path.stem: path for folder in FOLDERS for path in folder.glob("*.c")}
    if name in paths:
        return Structure(paths[name])
    near = difflib.get_close_matches(name, sorted(paths), 1)
    hint = f": did you mean '{near[0]}'?" if near else ""
    raise Refused(f"no structure '{name}'{hint}", 2)


def find(asked):
    """Returns the export of that name: a structure, or a wrapper with the structure within."""
    name, colon, within = asked.partition(":")
    structure = find_one(name)
    if not structure.has("create_over"):
        if colon:
            raise Refused(f"'{name}' is exported with all its options: leave out ':{within}'", 2)
        return Export(asked, structure)
    if not within:
        raise Refused(f"'{name}' wraps another structure: name it, as in {name}:quad-heap", 2)
    if ":" in within:
        inner, _, options = within.partition(":")
        raise Refused(f"'{inner}' is exported with all its options: leave out ':{options}'", 2)
    inner = find_one(within)
    if inner.has("create_over"):
        raise Refused(f"'{name}' can't wrap '{within}', which is a wrapper itself", 2)
    if inner.has("puts_off"):
        raise Refused(f"'{name}' can't wrap '{within}', which puts timers off itself", 2)
    return Export(asked, structure, inner)


def files(asked):
    """Returns {name: text} of the files of an export."""
    export = find(asked)
    return {
        f"{export.name}.h": header(export),
        f"{export.name}.c": implementation(export),
        f"{export.name}-test.c": test_program(export),
    }
