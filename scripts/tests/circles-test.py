#!/usr/bin/python3
"""circles-test.py TIMERBED: tests which files of the C code include and call which, by libclang.

No file may include or call a file of a higher folder. No code may include or call a test. At most
two files may depend on each other in a circle. Other tests plant such mistakes in a small tree,
where code_graph.py must find them. The headers that the build has generated are beside the program
TIMERBED.
"""

import os
import re
import sys

from helpers import SCRIPTS, Case, main

import code_graph

ROOT = os.path.join(SCRIPTS, "..")
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build", "timerbed")
GENERATED = os.path.join(os.path.dirname(os.path.abspath(PROGRAM)), "generated")

RIGHT = {
    "structures/heap.h": "int heap_push(int n);",
    "structures/heap.c": '#include "structures/heap.h"\nint heap_push(int n) { return n; }',
    "loop/loop.h": "int loop_run(void);",
    "loop/loop.c": '#include "loop/loop.h"\n#include "structures/heap.h"\n'
                   "int loop_run(void) { return heap_push(1); }",
    "bench/trace/trace.h": "int trace_open(void);",
    "bench/trace/trace.c": '#include "bench/trace/trace.h"\nint trace_open(void) { return 0; }',
    "bench/run/run.h": "int run_all(void);",
    "bench/run/run.c": '#include "bench/run/run.h"\n#include "bench/trace/trace.h"\n'
                       '#include "loop/loop.h"\nint run_all(void) { return loop_run() + trace_open(); }',
}


def layers_of_the_loop():
    """Returns {name of a file without ending: height}, from the table of loop/README.md."""
    with open(os.path.join(ROOT, "loop", "README.md"), encoding="utf-8") as file:
        text = file.read()
    table = text.split("The files form layers.")[1].split("\nOnly the files above")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name: -row for row, names in enumerate(rows)
            for name in re.findall(r"`([\w/*]+)\.[ch]`", names)}


def place_in_the_loop(path):
    """Returns the name of a file of the loop in the table of loop/README.md. Returns None for tests
    and for other files."""
    name = os.path.splitext(os.path.relpath(path, "loop"))[0]
    if not path.startswith("loop/") or name.startswith(("tests/", "include/")):
        return None
    return os.path.join(os.path.dirname(name), "*") if "/" in name else name


class Code(Case):
    graph = None

    def setUp(self):
        super().setUp()
        if not Code.graph:
            Code.graph = code_graph.read(ROOT, (f"-I{GENERATED}",))

    def test_it_has_been_read(self):
        """If the graph had no arrows, the other tests would prove nothing."""
        arrows = [(source, target) for source, targets in self.graph.items() for target in targets]
        self.assertGreater(len(arrows), 1000)
        self.assertRegex(self.graph["loop/backends/epoll.c"]["loop/base.c"], "calls base_(un)?lock")
        self.assertNotIn("bench/virtual/virtual_close.c", self.graph["loop/backends/epoll.c"])

    def test_arrows_point_down(self):
        self.assertEqual(code_graph.arrows_up(self.graph), [])

    def test_no_code_uses_a_test(self):
        self.assertEqual(code_graph.tests_in_use(self.graph), [])

    def test_no_circle_of_more_than_two_files(self):
        self.assertEqual(code_graph.circles(self.graph), [])

    def test_the_loop_has_the_layers_of_its_readme(self):
        layers, wrong = layers_of_the_loop(), []
        for source, targets in sorted(self.graph.items()):
            above = place_in_the_loop(source)
            for target, why in sorted(targets.items()):
                below = place_in_the_loop(target)
                if above and below and layers[above] < layers[below]:
                    wrong.append(f"{source} -> {target} ({why})")
        self.assertEqual(wrong, [])


class Planted(Case):
    def read(self, changed=()):
        """Returns the graph of the tree RIGHT, with the files {path: text} in `changed` added or
        replaced."""
        for path, text in (RIGHT | dict(changed)).items():
            os.makedirs(os.path.join(self.folder, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
                file.write(text + "\n")
        return code_graph.read(self.folder, jobs=1)

    def found(self, graph):
        return (code_graph.arrows_up(graph) + code_graph.tests_in_use(graph) +
                code_graph.circles(graph))

    def assert_found(self, graph, *parts):
        found = self.found(graph)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_what_is_right(self):
        graph = self.read()
        self.assertEqual(self.found(graph), [])
        self.assertEqual(graph["loop/loop.c"], {"loop/loop.h": "includes it",
                                                "structures/heap.h": "includes it",
                                                "structures/heap.c": "calls heap_push"})

    def test_an_include_up(self):
        graph = self.read({"structures/heap.h": '#include "loop/loop.h"\nint heap_push(int n);'})
        self.assert_found(graph, "structures/heap.h -> loop/loop.h (includes it)",
                           "structures is below loop")

    def test_a_call_up(self):
        """The function is declared in the lower folder, so no include shows the arrow."""
        graph = self.read({"structures/heap.h": "int heap_push(int n);\nint run_all(void);",
                           "structures/heap.c": '#include "structures/heap.h"\n'
                                             "int heap_push(int n) { return n + run_all(); }",
                           "bench/run/run.c": '#include "bench/run/run.h"\nint run_all(void) { return 0; }'})
        self.assert_found(graph, "structures/heap.c -> bench/run/run.c (calls run_all)",
                           "structures is below bench/run")

    def test_an_arrow_up_within_bench(self):
        graph = self.read({"bench/trace/trace.h": '#include "bench/run/run.h"\nint trace_open(void);'})
        self.assert_found(graph, "bench/trace is below bench/run")

    def test_an_arrow_up_by_way_of_a_file_without_a_place(self):
        graph = self.read({"bench/trace/trace.h": '#include "bench/names.h"\nint trace_open(void);',
                           "bench/names.h": '#include "bench/run/run.h"'})
        self.assert_found(graph, "bench/trace/trace.h -> bench/names.h (includes it) -> bench/run/run.h")

    def test_code_that_uses_a_test(self):
        graph = self.read({"loop/tests/stand_in.h": "int stand_in(void);",
                           "loop/loop.h": '#include "loop/tests/stand_in.h"\nint loop_run(void);'})
        self.assert_found(graph, "loop/loop.h -> loop/tests/stand_in.h", "it is a test")

    def test_a_circle_of_three(self):
        graph = self.read({"loop/parts.h": "int a(void);\nint b(void);\nint c(void);",
                           "loop/a.c": '#include "loop/parts.h"\nint a(void) { return b(); }',
                           "loop/b.c": '#include "loop/parts.h"\nint b(void) { return c(); }',
                           "loop/c.c": '#include "loop/parts.h"\nint c(void) { return a(); }'})
        self.assert_found(graph, "a circle of loop/a.c, loop/b.c, loop/c.c:", "loop/b.c calls c (loop/c.c)")

    def test_a_circle_of_includes_and_calls(self):
        """A header calls a function of a file. The file includes another header, and this one
        includes the first header."""
        graph = self.read({"loop/a.h": "int b(void);\nstatic inline int a(void) { return b(); }",
                           "loop/c.h": '#include "loop/a.h"',
                           "loop/b.c": '#include "loop/c.h"\nint b(void) { return 0; }'})
        self.assert_found(graph, "a circle of loop/a.h, loop/b.c, loop/c.h:")

    def test_two_files_may_call_each_other(self):
        graph = self.read({"loop/parts.h": "int a(int n);\nint b(int n);",
                           "loop/a.c": '#include "loop/parts.h"\nint a(int n) { return n ? b(n - 1) : 0; }',
                           "loop/b.c": '#include "loop/parts.h"\nint b(int n) { return n ? a(n - 1) : 0; }'})
        self.assertEqual(self.found(graph), [])

    def test_functions_of_one_file_are_no_arrows(self):
        """Two files have static functions with the same name."""
        graph = self.read({"loop/a.c": "static int step(void) { return 1; }\nint a(void) { return step(); }",
                           "bench/run/b.c": "static int step(void) { return 2; }\n"
                                          "int b(void) { return step(); }"})
        self.assertEqual(self.found(graph), [])

    def test_what_stands_in_for_the_c_library_is_not_called_by_name(self):
        graph = self.read({"bench/virtual/close.c": "#include <unistd.h>\nint close(int fd) { return fd; }",
                           "loop/a.c": "#include <unistd.h>\nint a(void) { return close(1); }"})
        self.assertEqual(self.found(graph), [])

    def test_a_stand_in_of_a_test_is_not_called_by_the_code(self):
        graph = self.read({"loop/tests/loop.c": '#include "loop/loop.h"\n'
                                              "int heap_push(int n);\nint heap_push(int n) { return n; }\n"
                                              "int main(void) { return loop_run(); }"})
        self.assertEqual(self.found(graph), [])

    def test_what_cannot_be_read_is_an_error(self):
        with self.assertRaisesRegex(code_graph.Broken, "a.c:1: 'gone.h' file not found"):
            self.read({"loop/a.c": '#include "gone.h"'})

    def test_a_header_that_nothing_includes_is_an_error(self):
        with self.assertRaisesRegex(code_graph.Broken, "loop/alone.h: no source includes it"):
            self.read({"loop/alone.h": "int alone;"})


if __name__ == "__main__":
    sys.exit(main())
