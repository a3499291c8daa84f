#!/usr/bin/python3
"""mutants-test.py [TIMERBED], which is not used: tests of mutation testing.

The tests mutate, build and run a program of a few lines. The last line printed is "N passed, N
failed".
"""

import ctypes
import os
import signal
import subprocess
import sys
import textwrap
import time
import threading
import unittest
import unittest.mock

from helpers import SCRIPTS, Case, main

MUTANTS = os.path.join(SCRIPTS, "mutants")
sys.path.insert(0, MUTANTS)

import console  # noqa: E402
import draw  # noqa: E402
import known  # noqa: E402
import place  # noqa: E402
import pool  # noqa: E402
import rewrite  # noqa: E402
import running  # noqa: E402
import session  # noqa: E402
import sites  # noqa: E402
import summary  # noqa: E402

TINY = """\
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

static int least(int a, int b)
{
	assert(a > -100);
	return a < b ? a : b;
}

int count_down(int n)
{
	int steps = 0;

	if (n >= 1)
		steps--;
	while (n > 0) {
		n--;
		steps++;
	}
	return steps;
}

static int never(int a)
{
	return a + 1;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 9)
		return never(argc);
	if (argc == 2)
		return count_down(3) == 2 ? 0 : 1;
	return least(1, 2) == 1 ? 0 : 1;
}
"""

# {original: (mutated, expected status)}. No test calls count_down(0).
CHANGES = {
    "a < b": ("a >= b", "caught"),
    "n >= 1": ("n >= 0", "survived"),
    "n--": ("n++", "caught"),
    "n > 0": ("1", "caught"),  # by the limit on CPU time
    "a + 1": ("a - 1", "unreached"),
    "steps++": ("++steps", "same code"),
}


def site_of(text, original, mutated, kind="expression"):
    start = text.index(original)
    line = text.count("\n", 0, start) + 1
    return place.Site("tiny.c", "f", line, "relational", original, mutated, start, start + len(original),
                      kind, mutated if kind == "expression" else "")


class Tiny:
    """A project with one source and the interface of project.Project."""

    areas = {"tiny": 100}
    compiled = ["-std=c17", "-D_GNU_SOURCE"]

    def __init__(self, root, changes=None):
        self.root = root
        self.changes = CHANGES if changes is None else changes
        with open(os.path.join(root, "tiny.c"), "w", encoding="utf-8") as file:
            file.write(TINY)

    def files(self, _tree):
        return {"tiny.c": "tiny"}

    def sites(self):
        return [site_of(TINY, original, mutated) for original, (mutated, _) in self.changes.items()]

    def build(self, tree, _jobs):
        return subprocess.run(
            ["cc", "-w", "-g", "-include", os.path.join(MUTANTS, "switch.h"), "tiny.c",
             os.path.join(MUTANTS, "switch.c"), "-o", "tiny"], cwd=tree, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def tests(self, tree, _seed):
        with open(os.path.join(tree, "tiny.c"), encoding="utf-8"):  # the tree must have it
            return [Test("one", ("./tiny",)), Test("two", ("./tiny", "2"))]


class Test:
    failure, only, areas, stage = None, "", ("tiny",), 1

    def __init__(self, name, command):
        self.name, self.command = name, command


@unittest.mock.patch.object(running, "LEAST_CPU", 0.3)
class Mutated(Case):
    """A session that mutates the tiny program."""

    def session(self, project=None):
        root = os.path.join(self.folder, "tiny")
        os.makedirs(root, exist_ok=True)
        run = session.Session(project or Tiny(root), os.path.join(self.folder, "out"), ["1"], 2,
                              lambda *_, **__: None)
        run.draw(100)
        run.check_state(False)
        return run

    def test_each_fate(self):
        run = self.session()
        run.run(set())
        records = {one["original"]: one for one in run.records(self.known(""))}
        self.assertEqual({name: one["status"] for name, one in records.items()},
                         {name: fate for name, (_, fate) in CHANGES.items()})
        self.assertEqual(records["a < b"]["by"], "one")
        self.assertEqual(records["a < b"]["reached_by"], ["one"])
        self.assertEqual(records["n--"]["reached_by"], ["two"])
        self.assertIn(records["n > 0"]["why"], ("CPU time", f"signal {int(signal.SIGXCPU)}"))
        self.assertEqual(records["a + 1"]["reached_by"], [])
        self.resumed(run)

    def resumed(self, run):
        """Decided mutants are not decided again until a source changes."""
        path = run.path("results.jsonl")
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines[:-1] + [lines[-1][:10]])
        again = self.session()
        self.assertEqual(len(session.records_of(path)), len(CHANGES) - 1)
        again.run(set())
        self.assertEqual(len(session.records_of(path)), len(CHANGES))
        with open(os.path.join(run.project.root, "another-test"), "w", encoding="utf-8"):
            pass
        self.session()
        self.assertEqual(session.records_of(path), [])

    def known(self, *lines):
        folder = os.path.join(self.folder, "known")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "tiny.tsv"), "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        return known.Known(folder)

    def test_later_stages_run_what_is_not_caught(self):
        project = Tiny(self.folder)
        one, two = project.tests(project.root, "")
        two.stage = 2
        project.tests = lambda *_: [two, one]
        run = self.session(project)
        run.run(set())
        records = {one["original"]: one for one in run.records(self.known(""))}
        self.assertEqual((records["a < b"]["stage"], records["n--"]["stage"]), (1, 2))
        self.assertEqual({name: one["status"] for name, one in records.items()},
                         {name: fate for name, (_, fate) in CHANGES.items()})

    def test_a_program_that_fails_by_itself(self):
        project = Tiny(self.folder, {})
        project.changes = {"a < b": ("a >= b", "caught")}
        project.tests = lambda *_: [Test("wrong", ("./tiny", "2", "3")), Test("bad", ("false",))]
        run = self.session(project)
        with self.assertRaisesRegex(session.Failure, "bad fails without a mutant: exit status 1"):
            run.run(set())

    def test_what_does_not_compile_is_left_out(self):
        run = self.session(Tiny(self.folder, {"a < b": ("a >= b", ""), "n > 0": ("n >", "")}))
        run.build()
        self.assertEqual([one.original for one in run.drawn], ["a < b"])

    def test_the_list(self):
        listed = self.known("# a comment", "", "tiny.c\tf\t1\ta\tb\tequivalent\tthe same",
                            "tiny.c\tf\t2\ta\tb\tmissed\targuments 3 and 4")
        self.assertEqual(listed.wrong, [])
        names = [("tiny.c", "f", "a", "b", 1)]
        self.assertEqual(listed.verdict(names[0]), "equivalent")
        self.assertEqual(listed.verdict(("tiny.c", "f", "a", "c", 1)), "")
        self.assertEqual(listed.stale(names), [("tiny.c", "f", "a", "b", 2)])
        self.assertEqual(len(self.known("a\tb", "tiny.c\tf\t1\ta\tb\tfine\twhy",
                                        "tiny.c\tf\t1\ta\tb\tmissed\t", *["a\tb\t1\tc\td\tmissed\te"] * 2
                                        ).wrong), 4)
        self.assertEqual(known.Known(os.path.join(self.folder, "known"), ["tiny"]).wrong, [])

    def test_the_table(self):
        listed = self.known("tiny.c\tf\t1\ta\tb\tequivalent\tthe same",
                            "tiny.c\tf\t2\ta\tb\tmissed\targuments 3 and 4")
        records = [{"file": "tiny.c", "function": "f", "original": "a", "mutated": "b", "area": "tiny",
                    "occurrence": number, "status": status} for number, status in enumerate(
                        ("listed", "survived", "caught", "same code", "unreached"), 1)]
        self.assertEqual([summary.standing(one, listed) for one in records],
                         ["equivalent", "missed", "caught", "equivalent", "new"])
        self.assertEqual(summary.table(["tiny"], records, listed).splitlines()[1].split(),
                         ["tiny", "5", "1", "2", "2", "33.3", "%"])


class Rewriting(unittest.TestCase):
    def test_one_within_another(self):
        text = "if (a < b + 1)\n\treturn;\n"
        sites_of = [site_of(text, "a < b + 1", "a <= b + 1"), site_of(text, "b + 1", "b - 1"),
                    site_of(text, "return;", "", "statement")]
        self.assertEqual(
            rewrite.rewritten(text.encode(), list(enumerate(sites_of, 1))).decode(),
            "if ((mutant_active(1) ? (a <= b + 1) : (a < (mutant_active(2) ? (b - 1) : (b + 1)))))\n"
            "\t{ if (!mutant_active(3)) return; }\n")

    def test_no_line_moves(self):
        text = "f(a,\n  b);\n"
        changed = rewrite.rewritten(text.encode(), [(1, site_of(text, "f(a,\n  b)", "f(b,\n  a)"))])
        self.assertEqual(changed.count(b"\n"), 2)


class Drawing(unittest.TestCase):
    SITES = [place.Site("tiny.c", "f", line, operator, f"{line}", f"{operator} {number}", 0, 1,
                        "expression", "") for line in range(200)
             for operator, number in [("constant", 0), *(("relational", n) for n in range(9))]]

    def test_a_line_once_and_operators_alike(self):
        found = draw.drawn(self.SITES, "1", 150)
        self.assertEqual(len({one.line for one in found}), 150)
        constants = sum(one.operator == "constant" for one in found)
        self.assertTrue(45 < constants < 105, constants)

    def test_other_lines_do_not_matter(self):
        few = [one for one in self.SITES if one.line < 100]
        found = set(draw.drawn(self.SITES, "1", 200))
        self.assertEqual({one for one in found if one.line < 100}, set(draw.drawn(few, "1", 200)))
        self.assertNotEqual(found, set(draw.drawn(self.SITES, "2", 200)))


class Running(Case):
    def run_of(self, script, limits=running.Limits(), failure=None):
        def work():
            outcome = running.run(("bash", "-c", script), self.folder, dict(os.environ), limits, failure)
            return vars(outcome)
        (_, outcome), = pool.run([pool.Job("one", work)], 1, self.folder)
        return outcome

    def test_hangs(self):
        self.assertEqual(self.run_of("sleep 1000", running.Limits(idle=0.6))["why"], "idle")
        self.assertIn(self.run_of("while :; do (while :; do :; done); done", running.Limits(cpu=0.5))["why"],
                      ("CPU time",))

    def test_the_first_failure_ends_it(self):
        outcome = self.run_of("echo ok; echo FAILED: it; sleep 1000", failure=b"FAILED")
        self.assertEqual((outcome["failed"], outcome["why"]), (True, "FAILED"))

    def test_nothing_outlives_it(self):
        mark = f"9{os.getpid()}.5"
        outcome = self.run_of(f"setsid -f sleep {mark}; echo $HOME; touch $HOME/a")
        self.assertFalse(outcome["failed"])
        self.assertFalse(os.path.exists(outcome["said"].strip()))
        time.sleep(0.05)
        self.assertEqual(subprocess.run(["pgrep", "-f", f"sleep {mark}"], check=False,
                                        stdout=subprocess.DEVNULL).returncode, 1)


class Finding(Case):
    SOURCE = textwrap.dedent("""\
        #include <assert.h>
        #include <stdint.h>
        #define LIMIT 5
        #define LOG(...) other(__VA_ARGS__)
        struct timer_structure { const char *(*check)(int); void (*insert)(int); };
        int other(int, int);
        static int used_by_check(int a) { return a > 3; }
        static const char *check(int a) { return used_by_check(a) ? "no" : 0; }
        static void insert(int a)
        {
        	static int kept = 7;
        	char text[9] = "";

        	assert(a > 1);
        	for (int i = 0; i < LIMIT; i++)
        		other(a, i);
        	LOG(a, 11);
        	switch (a) {
        	case 4:
        		kept -= a * 6;
        		break;
        	}
        	text[2] = (char)kept;
        	if (text[0] && !a)
        		return;
        	if (__builtin_expect(a > 8, 0))
        		other(a, 1);
        }
        const struct timer_structure table = {
        	.check = check,
        	.insert = insert,
        };
        """)

    def another_thread(self):
        """Starts a thread to which the kernel may deliver the signals of the process."""
        end = threading.Event()
        thread = threading.Thread(target=end.wait)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(end.set)

    def test_a_signal_while_libclang_calls_back(self):
        """A signal raises its exception after the callback has returned. In the callback, ctypes
        would print and drop the exception."""
        at_work = []

        @ctypes.CFUNCTYPE(None)
        def callback():
            at_work.append(os.kill(os.getpid(), signal.SIGTERM))
            time.sleep(0.05)  # for the other thread, if it gets the signal; nothing here waits for it
            at_work.append("still")

        for number in console.STOPPING:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        console.take_stops()
        self.another_thread()
        with unittest.mock.patch.object(sites, "Unit", lambda *_: callback()):
            with self.assertRaises(KeyboardInterrupt):
                sites.find(["one.c", "two.c"], {}, [])
        self.assertEqual(at_work, [None, "still"])

    def changes(self, source=SOURCE):
        path = os.path.join(self.folder, "found.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        above = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, above)
        return [(one.operator, one.original, one.mutated) for one in sites.find(
            ["found.c"], {"found.c": "tiny"}, ["-std=c17"])]

    def test_operators(self):
        changes = self.changes()
        loop = "for (int i = 0; i < LIMIT; i++)"
        for expected in (
                ("relational", loop, "for (int i = 0; i <= LIMIT; i++)"),
                ("arithmetic", loop, "for (int i = 0; i < LIMIT; i--)"),
                ("constant", loop, "for (int i = 1; i < LIMIT; i++)"),
                ("constant", loop, "for (int i = 0; i < (LIMIT + 1); i++)"),
                ("arguments", "other(a, i);", "other(i, a);"),
                ("deletion", "other(a, i);", ";"),
                ("deletion", "LOG(a, 11);", ";"),
                ("arithmetic", "kept -= a * 6;", "kept += a * 6;"),
                ("arithmetic", "kept -= a * 6;", "kept -= a / 6;"),
                ("constant", "text[2] = (char)kept;", "text[1] = (char)kept;"),
                ("condition", "if (text[0] && !a)", "if (text[0] && a)"),
                ("condition", "if (text[0] && !a)", "if (!(text[0] && !a))"),
                ("deletion", "break;", ";"), ("deletion", "return;", ";")):
            self.assertIn(expected, changes)

    def test_what_is_left_out(self):
        lines = {original for _, original, _ in self.changes()}
        for part in ("assert", "static int kept", "case 4", "char text", "return a > 3", "return used"):
            self.assertFalse([one for one in lines if part in one], part)
        self.assertEqual([mutated for operator, original, mutated in self.changes()
                          if "LOG" in original], [";"])
        self.assertFalse([mutated for _, _, mutated in self.changes() if "__builtin_expect" in mutated and
                          ", 0)" not in mutated], "what is only a hint")

    def test_lines_that_are_alike(self):
        names = set()
        source = "int f(int a)\n{\n\ta++;\n\ta++;\n\treturn a;\n}\n"
        self.changes(source)
        for one in sites.find(["found.c"], {"found.c": "tiny"}, ["-std=c17"]):
            names.add((one.mutated, one.occurrence))
        self.assertEqual(names, {(";", 1), (";", 2), ("a--;", 1), ("a--;", 2)})


if __name__ == "__main__":
    sys.exit(main())
