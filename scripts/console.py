"""How a script meets its user: the end of its main(), and its command line.

A closed pipe ends a script as it ends other tools: quietly. A disk that is full, a folder that may
not be written and a program that is not installed are one line on standard error and status 1; wrong
usage is one line and status 2. Anything else is a fault of the script, and its traceback is shown.
"""

import argparse
import os
import signal
import sys

# What scripts start, and the Debian package that has it.
PACKAGES = {"gnuplot": "gnuplot-nox", "hyperfine": "hyperfine", "valgrind": "valgrind",
            "zstd": "zstd", "git": "git", "c++filt": "binutils", "pdflatex": "texlive-latex-recommended"}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message):
        fail(f"{message}; see {self.prog} --help", 2)


def fail(message, status=1):
    """Ends the program with a line on standard error."""
    say(message)
    raise SystemExit(status)


def say(message):
    name = os.path.basename(sys.argv[0]) or "timerbed"
    try:
        print(f"{name}: {message}", file=sys.stderr, flush=True)
    except OSError:
        pass  # nobody can be told


def run(main):
    """Calls main() and ends the program with the status that it returns; None is 0."""
    try:
        status = _outcome(main)
        sys.stdout.flush()
    except BrokenPipeError:
        _die_of(signal.SIGPIPE)
    except KeyboardInterrupt:
        _die_of(signal.SIGINT)
    except OSError as error:
        _forget_output()
        say(words_of(error))
        status = 1
    sys.exit(status)


def _outcome(main):
    """What main() returns or exits with, as a number; what it exits with in words is said."""
    try:
        status = main()
    except SystemExit as end:
        status = end.code
    if isinstance(status, str):
        say(status)
        return 1
    return status


def words_of(error):
    """An error of the operating system in a line."""
    why = error.strerror or str(error)
    if error.filename is None:
        return f"cannot write: {why}"
    name = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else str(error.filename)
    program = os.path.basename(name)
    if isinstance(error, FileNotFoundError) and program in PACKAGES:
        return f"{program} is not installed: it is in Debian's package {PACKAGES[program]}"
    return f"{name}: {why}"


def _forget_output():
    """What is still to be written would fail once more when Python ends, and be complained about."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass


def _die_of(number):
    """Ends as a program does that has not asked for the signal."""
    _forget_output()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
