#!/usr/bin/python3
"""Tests of the sizes of the sources: no file over 700 lines, and no Python function over 60."""

import ast
import os
import sys

from helpers import SCRIPTS, Case, main

ROOT = os.path.abspath(os.path.join(SCRIPTS, ".."))
MOST_LINES, MOST_FUNCTION_LINES = 700, 60
FOLDERS = ("structures", "loop", "bench", "scripts", "examples")
# Scripts have no ending. Data does not count: tables, traces, expected output.
ENDINGS = ("", ".c", ".h", ".cc", ".py", ".gp", ".sh")


def texts(root):
    """Returns {path: text} of the sources of a tree."""
    found = {}
    for top in FOLDERS:
        for folder, folders, names in os.walk(os.path.join(root, top)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in names:
                path = os.path.join(folder, name)
                if os.path.splitext(name)[1] in ENDINGS:
                    with open(path, encoding="utf-8") as file:
                        found[os.path.relpath(path, root)] = file.read()
    return found


def is_python(path, text):
    return path.endswith(".py") or text.startswith("#!/usr/bin/python3")


def lines_of(text):
    return text.count("\n")


def long_files(sources):
    return [f"{path}: {lines_of(text)} lines" for path, text in sorted(sources.items())
            if lines_of(text) > MOST_LINES]


def long_functions(sources):
    found = []
    for path, text in sorted(sources.items()):
        if not is_python(path, text):
            continue
        for node in ast.walk(ast.parse(text, path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    found.append(f"{path}: {node.name}: {lines} lines")
    return found


def function(name, lines):
    return f"def {name}():\n" + "    pass\n" * (lines - 1)


class Sizes(Case):
    def test_files(self):
        sources = texts(ROOT)
        self.assertGreater(len(sources), 300)
        self.assertEqual(long_files(sources), [])

    def test_python_functions(self):
        sources = texts(ROOT)
        self.assertGreater(sum(is_python(*one) for one in sources.items()), 50)
        self.assertEqual(long_functions(sources), [])

    def test_planted_files(self):
        sources = {"a.c": "\n" * 700, "b.c": "\n" * 701}
        self.assertEqual(long_files(sources), ["b.c: 701 lines"])

    def test_planted_functions(self):
        sources = {"a.py": function("right", 60) + function("wrong", 61),
                   "b": "#!/usr/bin/python3\nclass B:\n" + "".join(
                       f"    {line}\n" for line in function("inner", 62).splitlines()),
                   "c": "#!/usr/bin/env bash\n" + "\n" * 100}
        self.assertEqual(long_functions(sources), ["a.py: wrong: 61 lines", "b: inner: 62 lines"])

    def test_what_is_a_source(self):
        for path in ("bench/a.c", "bench/b.tsv", "scripts/c", "results/d.c", "loop/deep/er/e.h"):
            os.makedirs(os.path.join(self.folder, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
                file.write("\n")
        self.assertEqual(sorted(texts(self.folder)), ["bench/a.c", "loop/deep/er/e.h", "scripts/c"])


if __name__ == "__main__":
    sys.exit(main())
