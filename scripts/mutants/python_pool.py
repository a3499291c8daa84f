"""Runs functions in forked processes, several at a time.

Each process has a session of its own, and a folder of its own for temporary files. The process and
its process group are killed, and the folder is deleted, when the function has returned, when the
process sends nothing for SILENCE seconds, or when the caller stops the iteration.
"""

import ctypes
import json
import os
import selectors
import shutil
import signal
import tempfile
import time
import traceback

PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>: the signal that a process gets when its parent ends
SILENCE = 300  # seconds; a process that sends nothing for this time hangs


class Child:
    """A function that runs in a forked process. It sends words to the parent, each as a line of
    JSON. The last word is its result."""

    def __init__(self, key, function, folder):
        self.key = key
        self.folder = tempfile.mkdtemp(dir=folder)
        self.said = []
        self._rest = b""
        self.heard = time.monotonic()
        self.pipe, theirs = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(self.pipe)
            self._work(function, theirs)
        os.close(theirs)

    def _work(self, function, pipe):
        """Runs the function, in the child process. Does not return."""
        status = 1
        try:
            os.setsid()
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.set_inheritable(pipe, False)
            tempfile.tempdir = os.environ["TMPDIR"] = self.folder
            os.chdir(self.folder)

            def say(word):
                os.write(pipe, json.dumps(word).encode() + b"\n")

            say({"result": function(say)})
            status = 0
        except BaseException:  # there is no caller that could catch the exception
            traceback.print_exc()
        finally:
            os._exit(status)

    def hear(self):
        """Reads the words that have arrived. Returns False at the end of the pipe."""
        data = os.read(self.pipe, 1 << 20)
        self.heard = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.said += [json.loads(line) for line in lines]
        return bool(data)

    @property
    def result(self):
        """The value that the function returned, or None if the process ended before it returned."""
        last = self.said[-1] if self.said else None
        return last["result"] if isinstance(last, dict) else None

    def end(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:  # the process has no group of its own yet
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.pipe)
        shutil.rmtree(self.folder, ignore_errors=True)


def run(tasks, jobs, folder):
    """Runs each (key, function) of the tasks, at most `jobs` at a time. Yields each Child when it
    has ended.

    The temporary files of the processes are in `folder`.
    """
    tasks, running = iter(tasks), selectors.DefaultSelector()
    try:
        while True:
            while len(running.get_map()) < jobs and (task := next(tasks, None)):
                child = Child(*task, folder)
                running.register(child.pipe, selectors.EVENT_READ, child)
            if not running.get_map():
                return
            ready = {key.data for key, _ in running.select(1)}
            for child in [key.data for key in running.get_map().values()]:
                if child in ready and child.hear() or \
                        child not in ready and time.monotonic() - child.heard < SILENCE:
                    continue
                running.unregister(child.pipe)
                child.end()
                yield child
    finally:
        for key in list(running.get_map().values()):
            running.unregister(key.data.pipe)
            key.data.end()
        running.close()
