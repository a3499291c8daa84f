"""Compiles the project's scripts and tests once, as modules, before any process is forked.

A forked process imports the modules from memory. One of its modules may be a mutant. Modules that
load slowly (numpy, scipy) are also loaded before the forks, which saves each test the time.
"""

import importlib.abc
import importlib.machinery
import io
import os
import subprocess
import sys
import tempfile
import traceback
import types

PYTHON = "/usr/bin/python3"


class Modules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The .py files of a folder and of its subfolder tests, as modules."""

    def __init__(self, folder):
        self.folder = folder
        self.real_run = subprocess.run
        self.codes = {}  # {path: code}
        self.paths = {}  # {name: path}
        for place in (folder, os.path.join(folder, "tests")):
            for name in sorted(os.listdir(place)):
                if name.endswith(".py"):
                    path = os.path.join(place, name)
                    with open(path, "rb") as file:
                        self.codes[path] = compile(file.read(), path, "exec", dont_inherit=True)
                    self.paths[name[:-3]] = path

    def install(self):
        """Makes Python find these modules first. So it finds a mutant and not the original file."""
        self.forget()
        sys.meta_path.insert(0, self)

    def mutate(self, path, source):
        self.codes[path] = compile(source, path, "exec", dont_inherit=True)

    # ----------------------------------------------------------------------------- importing

    def find_spec(self, fullname, path=None, target=None):
        if path is not None or fullname not in self.paths:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=self.paths[fullname])

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__file__ = self.paths[module.__name__]
        exec(self.codes[module.__file__], module.__dict__)

    def forget(self):
        """Makes Python forget that it has imported these modules."""
        for name in self.paths:
            sys.modules.pop(name, None)

    # ------------------------------------------------------------------------ running scripts

    def stand_in(self, at_end=lambda: None):
        """Replaces subprocess.run by a function that runs the scripts of the folder in forks of
        this process. Other commands run as usual.

        A fork calls at_end when its script has ended.
        """
        real = self.real_run

        def run(command, *arguments, **options):
            words = list(command) if isinstance(command, (list, tuple)) else []
            plain = set(options) <= {"capture_output", "text", "check", "cwd"} and not arguments
            if plain and words[:2] == [PYTHON, "-B"] and len(words) > 2:
                path = os.path.normpath(words[2])
                if path in self.codes:
                    return self._fork(path, words, options.get("cwd"), at_end)
            return real(command, *arguments, **options)

        subprocess.run = run

    def _fork(self, path, words, cwd, at_end):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                self._become(path, words[2:], cwd, at_end)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read().decode())
        return subprocess.CompletedProcess(words, status, *said)

    def _become(self, path, words, cwd, at_end):
        """Runs a script as if this process had been started for the script. Does not return."""
        status = 1
        try:
            os.chdir(cwd or ".")
            sys.argv = words
            sys.stdin = open(os.devnull, encoding="utf-8")
            sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), encoding="utf-8")
            sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), encoding="utf-8", line_buffering=True)
            module = types.ModuleType("__main__")
            module.__file__ = path
            sys.modules["__main__"] = module
            try:
                exec(self.codes[path], module.__dict__)
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
            except BaseException:  # Python itself would print the traceback, too
                traceback.print_exc()
            sys.stdout.flush()
        finally:
            at_end()
            os._exit(status & 255)


def preload():
    """Imports the modules of others that the scripts need."""
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # threads don't survive forks
    import jinja2
    import numpy
    import rich.console
    import rich.padding
    import rich.table
    import scipy.integrate
    import scipy.special
    import scipy.stats
