"""Parses the command line of a script, prints its messages, and ends it after its main().

A script that writes to a closed pipe ends by SIGPIPE without a message. An error of the operating
system, such as a full disk, a folder that may not be written or a program that is not installed,
prints one line on standard error and gives status 1. Wrong usage prints one line and gives
status 2. An interrupted script ends by SIGINT. Any other exception is a bug of the script and
prints a traceback.
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
# The signals that stop a command. A terminal sends SIGHUP when it is closed.
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Scripts that a command of timerbed becomes, by which its messages name them: bench/commands.
COMMANDS = {"compare.py": "compare", "export": "export", "map.py": "map", "report.py": "report"}
STOPPED = 130  # the exit status of a command that reports that a signal stopped it


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that prints an error as one line, without the usage."""

    def error(self, message):
        fail(f"{message}; see {self.prog} --help", 2)


def whole(least):
    """Returns a type for argparse: a whole number of at least `least`."""
    def checked(text):
        if not (text.isascii() and text.isdigit()) or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least {least}")
        return int(text)
    return checked


def more_than_zero(text):
    """Returns the number, which must be more than 0. It is a type for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of more than 0")
    return value


def take_stops():
    """Makes the signals in STOPPING raise KeyboardInterrupt.

    Some shells make a background command ignore SIGINT; this function handles it again. An ignored
    SIGHUP, as under nohup, stays ignored.
    """
    for number in STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_):
    raise KeyboardInterrupt


@contextlib.contextmanager
def stops_wait():
    """A context in which the signals in STOPPING have no effect. The first one has it at the end.

    Only the handlers wait. If the signals were blocked in this thread, the kernel would give them to
    another thread, such as one of numpy's, and Python would call the handler here at once.
    """
    came = []
    before = {number: signal.signal(number, lambda *said: came.append(said))
              for number in STOPPING if callable(signal.getsignal(number))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            before[came[0][0]](*came[0])


def fail(message, status=1):
    """Prints a line on standard error and ends the program with the status."""
    say(message)
    raise SystemExit(status)


def say(message):
    """Prints a line on standard error, after the name of the script or of its command."""
    name = os.path.basename(sys.argv[0]) or "timerbed"
    name = f"timerbed: {COMMANDS[name]}" if name in COMMANDS else name
    try:
        print(f"{name}: {message}", file=sys.stderr, flush=True)
    except OSError:
        pass  # standard error can't be written either


def run(main):
    """Calls main() and ends the program with the status that it returns. None means 0."""
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
    gc.freeze()  # saves the last search for garbage among all that the program has read
    sys.exit(status)


def _fill_standard_streams():
    """Opens closed standard streams, and makes stdout escape characters that it can't encode.

    For a closed stream, Python sets None, and the next file that is opened would get its
    descriptor. A stdout that was closed is opened for reading only, so that writing to it fails.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))
    if sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _outcome(main):
    """Returns the status that main() returns or exits with. If it is a text, prints the text and
    returns 1.
    """
    try:
        status = main()
    except SystemExit as end:
        status = end.code
    if isinstance(status, str):
        say(status)
        return 1
    return status


def words_of(error):
    """Returns an error of the operating system in one line."""
    why = error.strerror or str(error)
    if error.filename is None:
        return f"cannot write: {why}"
    name = os.fsdecode(error.filename) if isinstance(error.filename, bytes) else str(error.filename)
    program = os.path.basename(name)
    if isinstance(error, FileNotFoundError) and program in PACKAGES:
        return f"{program} is not installed: it is in Debian's package {PACKAGES[program]}"
    return f"{name}: {why}"


def _forget_output():
    """Drops the output that is still buffered. Otherwise Python would try to write it again when it
    exits, and print an error.
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass


def _die_of(number):
    """Ends the program with the default action of the signal."""
    _forget_output()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
