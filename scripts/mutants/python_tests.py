"""The tests of the scripts one by one: which there are, which lines of the scripts each runs, and what a
mutant does to them. Each is run in a forked process, so that nothing lasts.
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

# CPU seconds of a test with a mutant: so many times what it takes without, and at least so many.
SLOWER, LEAST_SECONDS = 10, 2


class Tests:
    """The tests of some programs. A test's name is "PROGRAM Class.method".

    All but the constructor is to be called in a forked process.
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
        """Why the test fails, or ""."""
        program, _, case = name.partition(" ")
        nowhere, result = io.StringIO(), unittest.TestResult()
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            try:
                module = self._load(program)
            except BaseException:  # a mutant may do anything, and this is not the place to end
                return traceback.format_exc()
            unittest.defaultTestLoader.loadTestsFromName(case, module).run(result)
        wrong = result.errors + result.failures + [(case, "it was skipped") for _ in result.skipped]
        return wrong[0][1] if wrong else ""

    # --------------------------------------------------------------------------- without a mutant

    def record(self, program, names, paths):
        """{test: {"seconds": CPU time, "lines": {path: [line, ...]}, "wrong": why it fails, or ""}}

        The tests are of one program. What runs while its modules are loaded is reached by each.
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
        """Runs tests one after another and says each one's name before. True if one fails.

        A test that takes too long ends the process.
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
    """The lines of some files that this process runs, and the processes forked from it."""

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
        """Writes them down. To be called at the end of each process."""
        sys.settrace(None)
        with open(os.path.join(self.folder, str(os.getpid())), "w", encoding="utf-8") as file:
            json.dump({path: sorted(lines) for path, lines in self.found.items()}, file)

    def add(self, other):
        for path, lines in other.found.items():
            self.found[path] |= lines

    def lines(self):
        """{path: [line, ...]} of all processes."""
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
