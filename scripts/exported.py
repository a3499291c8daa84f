"""Makes the files of an export: the source, header and test of one structure, for other programs.

All code comes from structures/, and libclang reads it. An export also contains code of the
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

# Headers whose #include lines an export drops. The export's own header has what it needs of them.
IN_HEADER = (CONTRACT, OPTIONS, TEMPLATES / "exported.h", TEMPLATES / "make_set.h")

# The declarations that exported.h, a template, has for the header of an export.
TABLE = "timer_EXPORTED_STRUCTURE"
FUNCTIONS = ("EXPORTED_STRUCTURE_create_with", "EXPORTED_STRUCTURE_accuracy_with")

# The fields whose values a wrapper takes from the innermost structure.
INHERITED = ("most_timers", "wakes_every_tick", "options", "options_size",
             "settings_to_test", "refuse", "accuracy", "spurious_period")

# The checks of a header. C++ has the word static_assert for them.
ASSERTIONS = re.compile(r"(?:^_Static_assert\([^;]*;\n)+", re.M)

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
 * file, in any order. A C++ file can include the headers, too; g++ and clang++ know the anonymous
 * structs of C. The source {name}.c is C17 and not C++: compile it with a C compiler.
 *
{licence}
 */

{contracts}

#ifndef {guard}
#define {guard}

#ifdef __cplusplus
extern "C" {{
#endif

{declarations}

#ifdef __cplusplus
}}
#endif

#endif
"""


class Refused(Exception):
    """The export is impossible. The arguments are the reason and the exit status."""


def symbol_of(name):
    return re.sub("[-:]", "_", name)


class Structure:
    """A structure's source, and its table of functions and properties."""

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
    """A structure to export, or wrappers and the structure that they wrap, the outermost first.

    `asked` is the name on the command line, such as lazy:quad-heap.
    """

    def __init__(self, asked, structures):
        self.asked, self.structures = asked, structures
        self.outermost, self.innermost = structures[0], structures[-1]
        self.name = asked.replace(":", "-")
        self.symbol = symbol_of(asked)
        self.has_options = self.innermost.has("options")
        self.summary = ", over: ".join(
            [one.name for one in structures[:-1]] + [self.innermost.string("summary")])
        self.words = {"EXPORTED_NAME": self.name, "EXPORTED_STRUCTURE": self.symbol}
        if self.has_options:
            settings = filter(None, self.innermost.table.strings_at("settings_to_test"))
            self.words["EXPORTED_EXAMPLE"] = next(settings, "name=value")
        if self.wraps():
            create_over = self.outermost.table.fields["create_over"].value.spelling
            self.words["EXPORTED_CREATE_OVER"] = create_over
            self.words["&timer_EXPORTED_WITHIN"] = ", ".join(
                f"&timer_{one.symbol}" for one in reversed(structures[1:]))

    def wraps(self):
        return len(self.structures) > 1

    def filled(self, text):
        """Returns the text of a template with its EXPORTED_ words replaced for this export."""
        for word, value in self.words.items():
            text = text.replace(word, value)
        return text


# ------------------------------------------------------------------------------------- texts


def tidy(text):
    """Returns text without blank lines at its ends and without consecutive blank lines."""
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n"))


def opening_comment(source):
    return source.text()[:source.opening_comment()].decode()


def static(cursors):
    """Returns the edits that make public functions static."""
    return [(one.extent.start.offset, one.extent.start.offset, "static ") for one in cursors]


class File:
    """A C file that is assembled from several. It contains each header only once."""

    def __init__(self):
        self.system = set()  # #include lines
        self.done = set(IN_HEADER)

    def code(self, source, edits=(), path=None):
        """Returns the text of a source, or of a header that it includes, with the edits made.

        The opening comment of the source is left out. The text of a project header replaces its
        #include line. The #include lines of system headers move to the top of the file.
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
        """Returns the text of a project header, or "" if the file has it already.

        Its static functions become __attribute__((unused)), as the file may not call all of them.
        """
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
    """Returns the opening comment of a header, and its other text without declarations of functions
    and variables."""
    source = c_source.Source(path, ROOT)
    places = [source.with_comment(one) for one in source.declarations()
              if one.kind in (CursorKind.FUNCTION_DECL, CursorKind.VAR_DECL)]
    places.append((0, source.opening_comment()))
    text = c_source.changed(source.text(), [(start, end, "") for start, end in places])
    return opening_comment(source), tidy(ASSERTIONS.sub(
        r"#ifndef __cplusplus /* which has another word for this */\n\g<0>#endif\n", text.decode()))


def declarations(export):
    """Returns what the header of an export declares in addition to the contract, timer.h."""
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
    """Returns the text of the fields that a wrapper's table takes from the innermost structure."""
    texts = []
    for name in INHERITED:
        field = export.innermost.table.fields.get(name)
        if field and field.text is None:
            raise Refused(f"'{export.asked}' can't be exported: a macro sets .{name} of "
                          f"'{export.innermost.name}'", 1)
        if field:
            texts.append(field.text)
    return texts


def wrapper_edits(export, create):
    """Returns the edits that turn the outermost wrapper's table into the table of a structure.

    The structure gets the export's name. `create` is the code of its function create.
    """
    table = export.outermost.table
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


def wrapper_macros(export, wrapper, within):
    """Returns the macros that name the wrapped structure to a wrapper's code. `within` is the
    structure that it wraps directly."""
    name = wrapper.symbol.upper()
    return (f"#define {name}_INNER timer_{within.symbol}\n"
            f"#define {name}_INNERMOST timer_{export.innermost.symbol}")


def structures_code(export, file):
    """Returns the code of all structures, the innermost first. Only the outermost one's table is
    public."""
    if not export.wraps():
        return [file.code(export.outermost.source)]
    parts = []
    for within, wrapper in zip(export.structures[:0:-1], export.structures[-2::-1]):
        start = within.table.start
        parts.append(file.code(within.source, [(start, start, "static ")]))
        parts.append(wrapper_macros(export, wrapper, within))
    create = file.template(export, "create_over.c", lambda source: static(source.functions()))
    parts.append(file.code(export.outermost.source, wrapper_edits(export, create)))
    return parts


def options_code(export, file):
    """Returns the code that parses options. It is private to the export's source."""
    source = c_source.Source(OPTIONS.with_suffix(".c"), ROOT)
    return [
        "/* Options: parsing and checking from the table above. */",
        file.code(source, static(source.public_functions())),
        file.template(export, "create_with.c"),
    ]


def implementation(export):
    for one in export.structures:
        missing = one.source.missing()
        if missing:
            raise Refused(f"'{one.name}' can't be exported: it uses {missing[0]}, which no "
                          "export has", 1)
    file = File()
    parts = structures_code(export, file)
    if export.has_options:
        parts += options_code(export, file)
    essays = "\n\n".join(opening_comment(one.source) for one in export.structures)
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
    """Returns the structure called `name`. Raises Refused if there is none."""
    paths = {path.stem: path for folder in FOLDERS for path in folder.glob("*.c")}
    if name in paths:
        return Structure(paths[name])
    near = difflib.get_close_matches(name, sorted(paths), 1)
    hint = f": did you mean '{near[0]}'?" if near else ""
    raise Refused(f"no structure '{name}'{hint}", 2)


def reason_against(wrapper, structure):
    """Returns why a wrapper can't wrap a structure, directly or through other wrappers, or None.

    structures/common/find.c has the same rule.
    """
    if structure.name == wrapper.name:
        return "again"
    if structure.has("postpones") and (wrapper.has("postpones") or not structure.has("create_over")):
        return ", which postpones timers by itself"
    if structure.has("groups") and wrapper.has("groups"):
        return ", which groups timers by itself"
    return None


def check_wrappers(wrappers, structure):
    """Raises Refused if one of `wrappers` can't wrap the structure."""
    for wrapper in wrappers:
        reason = reason_against(wrapper, structure)
        if reason:
            space = "" if reason[0] == "," else " "
            raise Refused(f"'{wrapper.name}' can't wrap '{structure.name}'{space}{reason}", 2)


def find(asked):
    """Returns the Export that `asked` names, or raises Refused."""
    wrappers, rest = [], asked
    while True:
        name, colon, rest = rest.partition(":")
        structure = find_one(name)
        check_wrappers(wrappers, structure)
        if not structure.has("create_over"):
            break
        if not rest:
            raise Refused(f"'{name}' wraps another structure: name it, as in {name}:quad-heap", 2)
        wrappers.append(structure)
    if colon:
        raise Refused(f"'{name}' is exported with all its options: leave out ':{rest}'", 2)
    return Export(asked, [*wrappers, structure])


def files(asked):
    """Returns {file name: text} of the export that `asked` names, or raises Refused."""
    export = find(asked)
    return {
        f"{export.name}.h": header(export),
        f"{export.name}.c": implementation(export),
        f"{export.name}-test.c": test_program(export),
    }
