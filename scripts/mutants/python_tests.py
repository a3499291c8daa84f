"""Lists the tests of the scripts, records which lines of the scripts each test runs, and runs tests
with a mutant. Tests run in forked processes, so they leave nothing behind.
"""

import contextlib
import importlib
import io
import json
import math
import os
import resource
import sys
import tempfile
import traceback
import unittest

# A test with a mutant may use SLOWER times the CPU time that it uses without a mutant, and at least
# LEAST_SECONDS.
SLOWER, LEAST_SECONDS = 10, 2


class Tests:
    """The tests of some programs. A test's name is "PROGRAM Class.method".

    All methods but the constructor must be called in a forked process.
    """

    def __init__(self, modules, programs):
        self.modules = modules
        self.programs = programs

    def names(self):
        return [f"{program} {case.id().partition('.')[2]}" for program in self.programs
                for case in _cases(self._load(program))]

    def _load(self, program):
        sys.argv = [os.path.join(self.modules.folder, "tests", program)]
        return importlib.import_module(program[:-3])

    def _run(self, name):
        """Runs a test. Returns why it fails, or ""."""
        program, _, case = name.partition(" ")
        nowhere, result = io.StringIO(), unittest.TestResult()
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            try:
                module = self._load(program)
            except BaseException:  # a mutant may raise anything
                return traceback.format_exc()
            unittest.defaultTestLoader.loadTestsFromName(case, module).run(result)
        wrong = result.errors + result.failures + [(case, "it was skipped") for _ in result.skipped]
        return wrong[0][1] if wrong else ""

    # --------------------------------------------------------------------------- without a mutant

    def record(self, program, names, paths):
        """Runs tests of one program without a mutant. Returns {test: {"seconds": CPU time, "lines":
        {path: [line, ...]}, "wrong": why it fails or ""}}.

        Lines that run while the program's modules are loaded count as reached by each test.
        """
        result, loading = {}, _Trace(paths)
        with loading:
            self._load(program)
        for name in names:
            trace, before = _Trace(paths), _cpu_seconds()
            self.modules.stand_in(trace.keep)
            with trace:
                wrong = self._run(name)
            trace.add(loading)
            result[name] = {"seconds": round(_cpu_seconds() - before, 3), "wrong": wrong,
                            "lines": trace.lines()}
        return result

    # ------------------------------------------------------------------------------ with a mutant

    def run_until_one_fails(self, names, seconds, say):
        """Runs the tests in turn until one fails. Returns whether one has failed.

        It sends the name of each test before the test runs. A test that exceeds its limit of CPU
        time ends the process.
        """
        self.modules.stand_in()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(nowhere, number)
        for name in names:
            say(name)
            limit = max(LEAST_SECONDS, SLOWER * seconds[name])
            soft = math.ceil(_cpu_seconds(resource.RUSAGE_SELF) + limit)
            resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
            if self._run(name):
                return True
        return False


class _Trace:
    """Records which lines of some files run in this process and in processes forked from it."""

    def __init__(self, paths):
        self.found = {path: set() for path in paths}
        self.folder = tempfile.mkdtemp()

    def __enter__(self):
        sys.settrace(self._call)

    def __exit__(self, *_):
        self.keep()

    def _call(self, frame, event, argument):
        found = self.found.get(frame.f_code.co_filename)
        if found is None:
            return None

        def line(frame, event, argument):
            found.add(frame.f_lineno)
            return line
        return line(frame, event, argument)

    def keep(self):
        """Writes the lines to a file. Each process must call this at its end."""
        sys.settrace(None)
        with open(os.path.join(self.folder, str(os.getpid())), "w", encoding="utf-8") as file:
            json.dump({path: sorted(lines) for path, lines in self.found.items()}, file)

    def add(self, other):
        for path, lines in other.found.items():
            self.found[path] |= lines

    def lines(self):
        """Returns {path: [line]} for all processes."""
        for entry in os.scandir(self.folder):
            with open(entry, encoding="utf-8") as file:
                for path, lines in json.load(file).items():
                    self.found[path] |= set(lines)
        return {path: sorted(lines) for path, lines in self.found.items() if lines}


def _cases(module):
    def flat(suite):
        for one in suite:
            if isinstance(one, unittest.TestSuite):
                yield from flat(one)
            else:
                yield one
    return flat(unittest.defaultTestLoader.loadTestsFromModule(module))


def _cpu_seconds(*whose):
    return sum(usage.ru_utime + usage.ru_stime for usage in map(
        resource.getrusage, whose or (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
