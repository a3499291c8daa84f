"""Runs functions in forked processes, several at a time.

Each has a session and a folder for temporary files of its own. Both go with it: whatever it has started is
killed when it ends, when it is silent for too long, and when the caller gives up.
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
SILENCE = 300  # seconds without a word after which a process is taken to hang


class Child:
    """A function in a process. It says words, a line each; its result is the last one, as JSON."""

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
        """In the process. Does not return."""
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
        except BaseException:  # there is no caller that it could be passed to
            traceback.print_exc()
        finally:
            os._exit(status)

    def hear(self):
        """Reads what there is; False at the end."""
        data = os.read(self.pipe, 1 << 20)
        self.heard = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.said += [json.loads(line) for line in lines]
        return bool(data)

    @property
    def result(self):
        """What the function returned; None if the process came to another end."""
        last = self.said[-1] if self.said else None
        return last["result"] if isinstance(last, dict) else None

    def end(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        except PermissionError:  # it has no group of its own yet
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.pipe)
        shutil.rmtree(self.folder, ignore_errors=True)


def run(tasks, jobs, folder):
    """Yields a Child for each (key, function) as it ends. `folder` has their temporary files."""
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
