#!/usr/bin/python3
# takes: minutes
"""Tests of the source hashes of records. Each kind of file is edited in a copy of the tree. Then
exactly the hashes of the affected subjects and passes must change. To save time, the copy has only
a few structures, and only the hashes are built, not the program. The last line printed is "N
passed, N failed".
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from helpers import main

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
KEPT = ("binary-heap", "cached-binary-heap", "quad-heap", "hierarchical-wheel", "lazy",
        "grouped")
FOLDERS = ("structures", "loop", "bench", "scripts")
OBJECT = "build/measured/structures/quad-heap.o"


def structure(name):
    """Selects all passes of the subjects with this structure, also if wrapped or in a loop."""
    return lambda subject, measured: name in subject.split("@")[0].split(":")


def has_structure(subject, _):
    return any(structure(name)(subject, _) for name in KEPT)


def loops(subject, _):
    return subject.startswith("loop:")


def events(subject, _):
    return subject.startswith(("loop:", "libevent"))


# (file, text that is appended to it, function that selects the hashes which must change)
CODE = "\nextern int edited_by_a_test;\n"
EDITS = (
    ("structures/quad-heap.c", CODE, structure("quad-heap")),
    ("structures/hierarchical-wheel.c", CODE, structure("hierarchical-wheel")),
    ("structures/wrappers/lazy.c", CODE, structure("lazy")),
    ("structures/wrappers/grouped.c", CODE, structure("grouped")),
    ("structures/wrappers/lazy.c", "\n#ifdef LAZY_INNER" + CODE + "#endif\n",
     lambda subject, _: structure("lazy")(subject, _) and not loops(subject, _)),
    ("structures/common/cached_heap.h", CODE, lambda subject, _: (
        structure("quad-heap")(subject, _) or structure("cached-binary-heap")(subject, _))),
    ("structures/common/options.c", CODE, has_structure),
    ("bench/replay/replay_structure.h", CODE,
     lambda subject, _: has_structure(subject, _) and not loops(subject, _)),
    ("bench/replay/replay.c", CODE, lambda *_: True),
    ("bench/replay/event_replay.c", CODE, events),
    ("bench/virtual/virtual_epoll.c", CODE, events),
    ("bench/passes/tail.c", CODE, lambda _, measured: measured == "tail"),
    ("bench/gbench.cc", CODE, lambda _, measured: measured == "time"),
    ("bench/cell.c", CODE, lambda *_: True),
    ("bench/subjects/structure.c", CODE,
     lambda subject, _: has_structure(subject, _) and not loops(subject, _)),
    ("bench/subjects/libevent.c", CODE, lambda subject, _: subject == "libevent"),
    ("bench/subjects/yardstick-touch.c", CODE, lambda subject, _: subject == "yardstick-touch"),
    ("loop/timeout.c", CODE, loops),
    ("loop/util/monotonic.c", CODE, loops),
    ("loop/backends/poll.c", CODE, lambda subject, _: subject.endswith("@poll")),
    # This code runs before or after the measurement.
    ("bench/verdict.c", CODE, lambda *_: False),
    ("bench/run/block.c", CODE, lambda *_: False),
    ("bench/provenance.c", CODE, lambda *_: False),
    # These changes make no difference to the compiler.
    ("structures/quad-heap.c", "\n/* A comment,\n * of two lines. */\n\t\n// another\n",
     lambda *_: False),
    ("structures/common/cached_heap.h", "\n/* a comment */\n", lambda *_: False),
    ("bench/gbench.cc", "\n// a comment\n", lambda *_: False),
)


class Provenance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = tempfile.mkdtemp(prefix="timerbed-provenance-")
        for name in FOLDERS:
            shutil.copytree(os.path.join(ROOT, name), os.path.join(cls.tree, name),
                            ignore=shutil.ignore_patterns("*.pyc"))
        # The hashes of the build are copied with their times, so that make finds them up to date.
        for name in ("flags", "generated", "hashes"):
            if os.path.isdir(os.path.join(ROOT, "build", name)):
                shutil.copytree(os.path.join(ROOT, "build", name), cls.path("build", name))
        makefiles = [name for name in os.listdir(ROOT) if name.endswith(".mk")]
        for name in ("Makefile", *makefiles, "VERSION", "REVISION"):
            shutil.copy(os.path.join(ROOT, name), cls.tree)
        for folder in (cls.path("structures"), cls.path("structures", "wrappers")):
            for name in os.listdir(folder):
                if name.endswith(".c") and name[:-2] not in KEPT:
                    os.remove(os.path.join(folder, name))
        cls.keep_combinations()
        cls.first = cls.hashes()

    @classmethod
    def keep_combinations(cls):
        """Deletes the rows of structures that are not in the copy."""
        with open(cls.path("structures", "wrappers", "combinations"), encoding="utf-8") as file:
            rows = [row for row in file if set(row.strip().split(":")) <= set(KEPT)]
        with open(cls.path("structures", "wrappers", "combinations"), "w", encoding="utf-8") as file:
            file.writelines(rows)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.tree)

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.tree, *parts)

    @classmethod
    def make(cls, *words):
        # Options of the make that runs the tests must not reach this make.
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "CPPFLAGS")}
        done = subprocess.run(["make", "-s", "-j2", *words], cwd=cls.tree, capture_output=True,
                              text=True, check=False, env=environment)
        if done.returncode:
            raise AssertionError(done.stderr)

    @classmethod
    def hashes(cls, *words):
        """Builds and returns {(subject, pass): hash} of the copy."""
        cls.make("build/timerbed-hashes", *words)
        return cls.asked()

    @classmethod
    def asked(cls, *subjects):
        done = subprocess.run([cls.path("build", "timerbed-hashes"), *subjects], text=True,
                              stdout=subprocess.PIPE, check=True)
        rows = (line.split("\t") for line in done.stdout.splitlines())
        return {(subject, measured): code for subject, measured, code in rows}

    def test_what_there_is(self):
        subjects = {subject for subject, _ in self.first}
        for name in ("quad-heap", "lazy:quad-heap", "loop:quad-heap@epoll", "libevent",
                     "loop:lazy:quad-heap@poll", "yardstick-touch"):
            self.assertIn(name, subjects)
        self.assertEqual({measured for _, measured in self.first},
                         {name[:-2] for name in os.listdir(self.path("bench", "passes"))})
        for subject in ("quad-heap", "binary-heap", "lazy:quad-heap", "loop:quad-heap@epoll",
                        "libevent", "yardstick-touch"):
            found = {self.first[of] for of in self.first if of[0] == subject}
            self.assertEqual(len(found), 7, "each pass has a hash of its own")
        # A loop calls structures through their tables, so their nesting order does not affect code.
        units = {tuple(sorted(re.split("[:@]", subject))) if loops(subject, "") else subject
                 for subject in subjects}
        self.assertEqual(len({self.first[of] for of in self.first if of[1] == "time"}),
                         len(units), "each subject has a hash of its own")

    def test_names_as_they_are_typed(self):
        now = self.asked()
        for typed, plain in (("again:quad-heap", "quad-heap"),
                             ("hierarchical-wheel:tick=1us,levels=8", "hierarchical-wheel"),
                             ("lazy:hierarchical-wheel:tick=1us", "lazy:hierarchical-wheel"),
                             ("lazy:grouped:quad-heap:", "lazy:grouped:quad-heap"),
                             ("again:loop:quad-heap@epoll", "loop:quad-heap@epoll"),
                             ("loop:quad-heap@epoll+reinsert+common", "loop:quad-heap@epoll"),
                             ("loop:hierarchical-wheel:tick=1ms@poll+coarse",
                              "loop:hierarchical-wheel@poll"), ("libevent-common", "libevent")):
            found = self.asked(typed)
            self.assertEqual({measured: code for (_, measured), code in found.items()},
                             {measured: code for (name, measured), code in now.items()
                              if name == plain}, typed)
        self.assertEqual(self.asked("nosuch", "loop:nosuch@epoll", "lazy", ""),
                         self.asked("lazy"))

    def test_edits(self):
        """Makes the edits one after another, and compares each tree with the one before."""
        before = self.hashes()
        for number, (file, text, moves) in enumerate(EDITS):
            with open(self.path(file), "a", encoding="utf-8") as out:
                out.write(text.replace("edited", f"edited_{number}"))
            after = self.hashes()
            with self.subTest(file=file, text=text):
                self.assertEqual(after.keys(), before.keys())
                for of, code in after.items():
                    self.assertEqual(code != before[of], moves(*of), f"{file}: {of}")
            before = after

    def test_flags(self):
        """Objects are compiled again if a flag or the compiler changes, and not otherwise."""
        def made(*words):
            self.make(OBJECT, "build/generated/build_info.h", *words)
            with open(self.path("build", "generated", "build_info.h"), encoding="utf-8") as file:
                return os.stat(self.path(OBJECT)).st_mtime_ns, file.read()

        other = self.path("other-compiler")
        with open(other, "w", encoding="utf-8") as out:
            out.write('#!/bin/sh\n[ "$1" = --version ] && echo "other 1.0" && exit\nexec gcc "$@"\n')
        os.chmod(other, 0o755)
        before, _ = made()
        self.assertEqual(made()[0], before)
        for words, told in ((["OPTIMIZE=-O1"], "-std=c17 -O1 -DNDEBUG"),
                            (["CFLAGS=-fno-inline"], "-std=c17 -O2 -DNDEBUG -fno-inline"),
                            (["CPPFLAGS=-DA='\"it is\"'"], '-DA=\'\\"it is\\"\''),
                            ([f"CC={other}"], '"other 1.0"')):
            after, text = made(*words)
            self.assertNotEqual(after, before, words)
            self.assertIn(told, text)
            self.assertEqual(made(*words)[0], after, words)
            before = after
        self.assertNotEqual(made()[0], before)
        before, after = self.asked(), self.hashes("OPTIMIZE=-O1")
        self.assertTrue(all(after[of] != before[of] for of in before))


if __name__ == "__main__":
    sys.exit(main())
