#!/usr/bin/python3
"""usage-test.py [TIMERBED]: tests the scripts after wrong usage, without a build, and when a signal
stops them. They must print one line on stderr and exit with the right status. The last line printed
is "N passed, N failed".
"""

import os
import re
import signal
import subprocess
import sys
import time

from helpers import SCRIPTS, Case, main

import console

TIMERBED = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                           os.path.join(SCRIPTS, "..", "build", "timerbed"))
STRESS = os.path.join(SCRIPTS, "stress")
MUTANTS = os.path.join(SCRIPTS, "mutants", "mutants")
STATISTICS = os.path.join(SCRIPTS, "mutants", "statistics")
LOOP_TESTS = os.path.join(SCRIPTS, "..", "loop", "tests")
REGRESS = os.path.join(LOOP_TESTS, "regress", "run.py")
VERIFY = os.path.join(SCRIPTS, "verify.py")
RUN_TESTS = os.path.join(SCRIPTS, "run-tests")
PROGRAMS = os.path.join(LOOP_TESTS, "programs", "run.py")

# The first round fails. The second writes its pid, and then runs longer than any test.
ROUNDS = """#!/bin/sh
if [ "$1" = --list ]; then
	echo structure quad-heap
	echo backend epoll
elif mkdir "$(dirname "$0")/first" 2>/dev/null; then
	echo the first
	exit 1
else
	echo $$ >"$(dirname "$0")/pid.new"
	mv "$(dirname "$0")/pid.new" "$(dirname "$0")/pid"
	exec sleep 1000
fi
"""


def has_ended(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


# The programs in scripts/, each with wrong command lines. All programs refuse an unknown option,
# so that one is not listed. Programs that may be called without arguments lack the empty line.
NONE, MANY = "", "a b c d e f g h"
PROGRAMS_OF_SCRIPTS = {
    "abi": (NONE, "keep", "nothing a.so"),
    "answer.py": (NONE, "a", MANY),
    "bibliography.py": (MANY,),
    "build-info": (NONE, "a b c", MANY),
    "check": (NONE, MANY),
    "claims.py": (),
    "cmocka": (NONE, "a", MANY),
    "code-hash": (NONE, "unit a b c", "table a", "nothing a b c d"),
    "compare.py": (NONE, "a", MANY),
    "costs.py": (NONE,),
    "dist": (MANY,),
    "export": (NONE, MANY),
    "figures.py": (NONE, MANY),
    "firsts.py": (NONE, MANY),
    "install": ("remove", "--remove a"),
    "keep": (NONE, "a", MANY),
    "manpage": (NONE, "a", MANY),
    "map.py": (NONE, MANY),
    "mutants/mutants": (MANY,),
    "mutants/statistics": (MANY,),
    "packages": (NONE, MANY),
    "paper.py": (NONE, "a", MANY),
    "readme.py": (NONE, "a b", "a b nothing", MANY),
    "registry": (NONE, "a --without", "a b"),
    "report.py": (NONE, MANY),
    "resolved.py": (NONE, MANY),
    "run-tests": (NONE,),
    "setup": ("nothing",),
    "stress": (NONE, MANY),
    "table.py": (NONE, MANY),
    "typeset": (NONE, "a b", "a b c d", MANY),
    "verify.py": (NONE, MANY),
}


class Programs(Case):
    """What all programs in scripts/ have in common."""

    def called_here(self, program, *words):
        """Calls a program. If it does something after all, that happens in the test's folder."""
        surroundings = {**os.environ, "DESTDIR": os.path.join(self.folder, "installed")}
        return subprocess.run([os.path.join(SCRIPTS, program), *words], cwd=self.folder,
                              env=surroundings, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)

    def test_all_are_listed(self):
        found = [os.path.relpath(os.path.join(folder, name), SCRIPTS)
                 for folder, _, names in os.walk(SCRIPTS) for name in names
                 if os.access(os.path.join(folder, name), os.X_OK)]
        found = [path for path in found if not path.startswith("tests" + os.sep)]
        self.assertEqual(sorted(found), sorted(PROGRAMS_OF_SCRIPTS))

    def test_help(self):
        for program in PROGRAMS_OF_SCRIPTS:
            with self.subTest(program):
                done = self.called_here(program, "--help")
                self.assertEqual((done.returncode, done.stderr, os.listdir(self.folder)),
                                 (0, "", []))
                name = os.path.basename(program)
                if name in ("compare.py", "report.py"):
                    name = f"timerbed {console.COMMANDS[name]}"
                self.assertIn(name, done.stdout.partition("\n")[0])
                self.assertGreater(len(done.stdout.splitlines()), 1)

    def test_wrong_usage(self):
        for program, lines in PROGRAMS_OF_SCRIPTS.items():
            name = os.path.basename(program)
            name = f"timerbed: {console.COMMANDS[name]}" if name in console.COMMANDS else name
            for line in ("--nothing", *lines):
                with self.subTest(f"{program} {line}"):
                    done = self.called_here(program, *line.split())
                    self.assertEqual((done.returncode, done.stdout, os.listdir(self.folder)),
                                     (2, "", []), done.stderr)
                    self.assertRegex(done.stderr, rf"\A{name}: [^\n]*\n\Z")


class Commands(Case):
    """The messages of scripts that a command of timerbed becomes name the command."""

    def refused(self, command, *words):
        done = subprocess.run([TIMERBED, command, *words], cwd=self.folder, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.stdout, "")
        self.assertNotRegex(done.stderr, r"\w\.py\b")
        self.assertRegex(done.stderr, rf"\Atimerbed: {command}: [^\n]*\n\Z")
        return done.returncode, done.stderr.removeprefix(f"timerbed: {command}: ").strip()

    def test_the_commands_are_those_of_the_program(self):
        with open(os.path.join(SCRIPTS, "..", "bench", "commands", "scripted.c"),
                  encoding="utf-8") as file:
            scripted = re.findall(r'scripts_become\("scripts/([\w.]+)", argc', file.read())
        self.assertEqual(sorted(scripted), sorted(set(console.COMMANDS) - {"map.py"}))

    def test_usage_names_the_command(self):
        for command in ("compare", "report", "export"):
            status, said = self.refused(command)
            self.assertEqual(status, 2)
            self.assertRegex(said, rf"required: .*; see timerbed {command} --help\Z")
            done = subprocess.run([TIMERBED, command, "--help"], capture_output=True, text=True,
                                  check=True)
            self.assertRegex(done.stdout, rf"\Ausage: timerbed {command} ")
            self.assertNotRegex(done.stdout, r"\w\.py\b")

    def test_what_is_not_there(self):
        for words in (("report", "nowhere"), ("compare", "a", "b", "--run", "nowhere")):
            self.assertEqual(self.refused(*words), (1, "nowhere: no such folder"))
        self.assertEqual(self.refused("export", "nothing"), (2, "no structure 'nothing'"))

    def test_two_subjects_without_a_run(self):
        status, said = self.refused("compare", "quad-heap", "binary-heap")
        self.assertEqual(status, 2)
        self.assertRegex(said, "^there is no out/quick .*give --run FOLDER, or measure first with "
                               "make bench")
        self.assertNotIn("results/quick", said)
        os.makedirs(os.path.join(self.folder, "results", "quick"))
        self.assertIn("--run results/quick", self.refused("compare", "quad-heap", "binary-heap")[1])


class Usage(Case):
    def program(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def refuses(self, words, *command, status=2, name=None):
        """The command exits with the status. It prints one line: its name and the words."""
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, rf"\A{name or os.path.basename(command[0])}: .*{words}.*\n\Z")

    def test_what_is_not_built(self):
        self.refuses("nothere/stress-address: No such file.*make stress", STRESS, "nothere")
        self.refuses("nothere/regress/exact: No such file.*make regress", REGRESS, "nothere")
        self.refuses("nothere/regress/exact: No such file.*make programs-test", PROGRAMS, "nothere",
                     ".")

    def test_what_is_built_in_part(self):
        self.program("stress-address", ROUNDS)
        self.refuses("stress-threads: No such file", STRESS, ".")
        self.program("regress/exact", "#!/bin/sh\necho quad-heap\n")
        self.refuses("regress/on-loop: No such file", REGRESS, ".")
        self.refuses("libtimerbed-event.so: No such file", PROGRAMS, ".", ".")
        self.program("libtimerbed-event.so", "")
        self.refuses("./unpacked: No such file", PROGRAMS, ".", ".")

    def test_programs_that_fail(self):
        self.program("stress-threads", "")
        self.program("stress-address", "#!/bin/sh\necho so >&2\nexit 3\n")
        self.refuses("--list fails with status 3: so", STRESS, ".")
        os.chmod(os.path.join(self.folder, "stress-address"), 0)
        self.refuses("stress-address: Permission denied", STRESS, ".")

    def test_numbers(self):
        for option, text in (("--minutes", "nan"), ("--minutes", "-1"), ("--minutes", "0"),
                             ("--minutes", "inf"), ("--seed", "x"), ("--jobs", "0")):
            self.refuses(f"{option}: '{text}' is not a ", STRESS, f"{option}={text}", ".")
        for runner, folders in ((REGRESS, ["."]), (PROGRAMS, [".", "."])):
            self.refuses("--jobs: '0' is not a ", runner, "--jobs", "0", *folders)

    def test_numbers_of_verify(self):
        for option, text in (("--seed", "-1"), ("--number", "0"), ("--replicates", "1"),
                             ("--seconds", "nan")):
            self.refuses(f"{option}: '{text}' is not a ", VERIFY, f"{option}={text}", ".")

    def test_numbers_of_run_tests(self):
        self.refuses("--jobs: '0' is not a ", RUN_TESTS, "--jobs", "0", "true")
        self.refuses("--jobs: 'x' is not a ", "env", "TEST_JOBS=x", RUN_TESTS, "true", name="run-tests")

    def test_numbers_of_mutants(self):
        self.refuses("--seeds: there is no seed", MUTANTS, "--seeds", "")
        for option, text in (("--seeds", "x"), ("--mutants", "0"), ("--jobs", "0")):
            self.refuses(f"{option}: '{text}' is not a ", MUTANTS, option, text)
        self.refuses("of 1 mutants, these areas get none", MUTANTS, "--mutants", "1",
                     "--areas", "trace")
        self.refuses("--seed: 'x' is not a ", STATISTICS, "--seed", "x")

    def test_a_folder_that_cannot_be_written(self):
        self.program("file", "")
        self.refuses("file/out: Not a directory", MUTANTS, "--out", "file/out", status=1)

    def test_rounds_that_a_signal_stops(self):
        """A failed round is listed. A round that is running is killed and not counted."""
        self.program("stress-address", ROUNDS)
        self.program("stress-threads", ROUNDS)
        run = subprocess.Popen([STRESS, "--minutes", "60", "."], cwd=self.folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(run.kill)
        pid = os.path.join(self.folder, "pid")
        deadline = time.monotonic() + 120
        while not os.path.exists(pid) and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 130, err)
        self.assertEqual(err.splitlines()[-1],
                         "stress: stopped by a signal, before the time was up")
        self.assertRegex(out, r"\nfailed: \./stress-\w+ --structure quad-heap .*\n"
                              r"(.*\n)*0 passed, 1 failed\n\Z")
        with open(pid, encoding="utf-8") as file:
            self.assertTrue(has_ended(file.read().strip()))


if __name__ == "__main__":
    sys.exit(main())
