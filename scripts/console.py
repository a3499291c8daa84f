"""The command line of a script, its messages, and the end of its main().

A closed pipe ends a script quietly, as it ends other tools. A full disk, a folder that may not be
written and a program that is not installed give one line on standard error and status 1. Wrong usage
gives one line and status 2. Anything else is a fault of the script, and shows a traceback.
"""

import argparse
import contextlib
import gc
import math
import os
import signal
import sys

# Programs that scripts start, and the Debian package of each.
PACKAGES = {"gnuplot": "gnuplot-nox", "hyperfine": "hyperfine", "valgrind": "valgrind",
            "zstd": "zstd", "git": "git", "c++filt": "binutils", "pdflatex": "texlive-latex-recommended"}
# The signals that stop a command. A hang-up is what its terminal sends when it closes.
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = 130  # the exit status of a command that has been stopped, and says so


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message):
        fail(f"{message}; see {self.prog} --help", 2)


def whole(least):
    """argparse's type of a whole number of at least that."""
    def checked(text):
        if not (text.isascii() and text.isdigit()) or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least {least}")
        return int(text)
    return checked


def more_than_zero(text):
    """A number, as argparse's type."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of more than 0")
    return value


def take_stops():
    """A signal that stops the command raises KeyboardInterrupt.

    A shell that starts a command in its background has it ignore Ctrl-C, which is undone here. That
    nohup has it ignore a hang-up stays.
    """
    for number in STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_):
    raise KeyboardInterrupt


@contextlib.contextmanager
def stops_wait():
    """A signal that stops the command raises at the end of the block, and not within it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
    _fill_standard_streams()
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
    gc.freeze()  # the program ends, and need not look for garbage among all that it has read
    sys.exit(status)


def _fill_standard_streams():
    """A closed stdout fails when it is written to; an open one can write every character.

    Python has None for a closed stream, and the next file that is opened would get its number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))
    if sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _outcome(main):
    """The status that main() returns or exits with. Exiting with words says them and is status 1."""
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
    """Drops what is still to be written: Python would try it again at its end, and complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass


def _die_of(number):
    """Ends as a program does that does not handle the signal."""
    _forget_output()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
