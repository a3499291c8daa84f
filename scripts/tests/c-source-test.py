#!/usr/bin/python3
"""Tests of c_source.py, and of what exported.py refuses. The last line printed is "N passed, N
failed".
"""

import pathlib
import sys
import tempfile
import textwrap
import unittest
from unittest import mock

from helpers import SCRIPTS, main

import c_source
import exported
from c_source import CursorKind

STRUCTURES = pathlib.Path(SCRIPTS).resolve().parent / "structures"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def read(self, text, name="a.c"):
        return c_source.Source(self.write(name, text), self.root)


class Reading(Case):
    def test_includes(self):
        self.write("own.h", "#include <stddef.h>\n")
        source = self.read("""\
            // #include "no.h"
            const char *text = "\\
            #include <no.h>";
            #include <stdlib.h>
            #ifndef SOME
              #  include /* why */ "own.h"
            #endif
            #ifdef OTHER
            #include "no.h"
            #endif
            """)
        lines = [source.text()[one.start:one.end].decode() for one in source.includes()]
        self.assertEqual(lines, ["#include <stdlib.h>", '#  include /* why */ "own.h"'])
        self.assertEqual([one.always for one in source.includes()], [True, False])
        self.assertEqual([source.owns(one.target) for one in source.includes()], [False, True])
        self.assertEqual([one.target.name for one in source.includes(self.root / "own.h")],
                         ["stddef.h"])

    def test_a_guard_is_no_condition(self):
        self.write("guarded.h", "/* why */\n#ifndef G\n#define G\n#include <stddef.h>\n#endif\n")
        self.write("after.h", "#ifndef H\n#include <stddef.h>\n#endif\nint after;\n")
        self.write("if.h", "#if 1\n#include <stddef.h>\n#endif\n")
        source = self.read('#include "guarded.h"\n#include "after.h"\n#include "if.h"\n')
        for name, always in (("guarded.h", True), ("after.h", False), ("if.h", False)):
            found, = source.includes(self.root / name)
            self.assertEqual(found.always, always, name)

    def test_the_opening_comment(self):
        self.assertEqual(self.read("/* one */ /* two */ int a;\n").opening_comment(), 9)
        self.assertEqual(self.read("int a; /* one */\n").opening_comment(), 0)

    def test_functions(self):
        source = self.read("""\
            int declared(int);
            static inline int hidden(void) { return 0; }
            const char *shown(void);
            const char *
            shown(void) { return declared(hidden()) ? "int no(void) {" : "}"; }
            """)
        self.assertEqual([one.spelling for one in source.functions()], ["hidden", "shown"])
        shown, = source.public_functions()
        self.assertTrue(c_source.text_of(source.text(), shown).startswith(b"const char *\nshown"))

    def test_a_declaration_has_the_comment_right_above(self):
        source = self.read("""\
            /* of none */

            /* of one */
            int one(void) ;
            int two(void); /* after two */
            """)
        texts = [source.text()[slice(*source.with_comment(one))].decode()
                 for one in source.declarations()]
        self.assertEqual(texts, ["/* of one */\nint one(void) ;", "int two(void);"])

    def test_what_is_missing(self):
        self.write("own.h", "int far(int); extern int away; int near(int); int unused(void);\n")
        source = self.read("""\
            #include <stdlib.h>
            #include "own.h"
            int near(int far) { return far; }
            /* unused() */
            int all(void) { free(0); __builtin_prefetch(&away); return near(1) + far(away); }
            """)
        self.assertEqual(source.missing(), ["away", "far"])

    def test_an_error_ends_in_a_line(self):
        with self.assertRaisesRegex(SystemExit, "^.*a.c cannot be read: .*unknown"):
            self.read("unknown word;\n")


class Tables(Case):
    def test_fields(self):
        source = self.read("""\
            struct table { const char *name; const char *const *words; int number, last; };
            static const char *const list[] = { "", "one=1", 0 };
            #define REST .number = 3
            const struct table other = { .name = "other" };
            const struct table found = {
            	.name = "a \\"b\\" "
            		"c",
            	.words = list,
            	REST,
            	.last = 4,
            };
            """)
        table = source.table("found")
        self.assertIsNone(source.table("absent"))
        self.assertEqual(source.text()[slice(*table.name)], b"found")
        self.assertTrue(source.text()[table.start:].startswith(b"const struct table found"))
        self.assertEqual(list(table.fields), ["name", "words", "number", "last"])
        self.assertEqual(c_source.strings(table.fields["name"].value), ['a \\"b\\" c'])
        self.assertEqual(table.fields["last"].text, ".last = 4")
        self.assertIsNone(table.fields["number"].text)
        self.assertEqual(table.strings_at("words"), ["", "one=1"])
        self.assertEqual(table.strings_at("absent"), [])


class Changing(unittest.TestCase):
    def test_edits(self):
        self.assertEqual(c_source.changed(b"0123456789", [(8, 10, "b"), (2, 2, "a"), (2, 4, "")]),
                         b"01a4567b")
        self.assertEqual(c_source.changed(b"same", []), b"same")


class Exporting(Case):
    def refused(self, text, reason):
        """Asserts that a structure with `text` before its table is refused with `reason`."""
        path = self.write("structures/odd-one.c", f"""\
            /* odd-one - wrong on purpose */
            #include "{STRUCTURES}/timer.h"
            {text}
            const struct timer_structure timer_odd_one = {{ .name = "odd-one" }};
            """)
        with mock.patch.object(exported, "FOLDERS", (path.parent,)), \
                mock.patch.object(exported, "ROOT", pathlib.Path("/")), \
                self.assertRaises(exported.Refused) as raised:
            exported.implementation(exported.find("odd-one"))
        self.assertEqual(raised.exception.args, (reason, 1))

    def test_other_structures(self):
        self.refused('const void *odd(void) { return timer_structure_find("quad-heap"); }',
                     "'odd-one' can't be exported: it uses timer_structure_find, which no export has")

    def test_other_sources(self):
        self.refused(f'#include "{STRUCTURES}/common/find.h"',
                     "'odd-one' can't be exported: it is built on find.h")

    def test_a_table_of_another_name(self):
        path = self.write("structures/other.c", "int timer_another;\n")
        with mock.patch.object(exported, "FOLDERS", (path.parent,)), \
                self.assertRaisesRegex(exported.Refused, "other.c has no table timer_other"):
            exported.find("other")

    def test_names_of_the_options_code_meet_no_others(self):
        """An export has this code in one file with a structure, so all its names have a prefix."""
        source = c_source.Source(STRUCTURES / "common" / "options.c", STRUCTURES.parent)
        names = [one.spelling for one in source.declarations()]
        names += [one.spelling for one in source.unit.cursor.get_children()
                  if one.kind == CursorKind.MACRO_DEFINITION and one.location.file
                  and one.location.file.name == str(source.path)]
        self.assertGreater(len(names), 20)
        self.assertEqual([one for one in names if not one.lower().startswith("options_")], [])


if __name__ == "__main__":
    sys.exit(main())
