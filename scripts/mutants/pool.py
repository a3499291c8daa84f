"""Runs jobs in worker processes, several at a time.

A job is a function without arguments whose result can be written as JSON. Each job has a process of
its own, the worker. The worker becomes the parent of all orphans among its descendants. It sees the
tree read-only, if the system allows that. On SIGTERM it kills its descendants and ends.
"""

import contextlib
import dataclasses
import json
import os
import select
import signal
import sys
import traceback
import typing

import running


@dataclasses.dataclass
class Job:
    key: typing.Any
    work: typing.Callable


def be_worker(job, out, folder):
    """Runs the job, writes its result to `out`, and ends the process."""
    status = 1
    try:
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        running.adopt_orphans()
        running.protect(folder)
        with open(out, "w", encoding="utf-8") as file:
            json.dump(job.work(), file)
        status = 0
    except SystemExit:
        pass
    except BaseException:  # an exception must not run on into the driver's code in this process
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            running.end_all()
        os._exit(status)


class Worker:
    def __init__(self, job, folder):
        self.job, self.said = job, b""
        self.end, out = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            os.close(self.end)
            be_worker(job, out, folder)
        os.close(out)

    def has_ended(self):
        """Reads the available part of the result. Returns True at the end of the result."""
        some = os.read(self.end, 65536)
        self.said += some
        return not some

    def result(self):
        os.close(self.end)
        _, status = os.waitpid(self.pid, 0)
        if status:
            raise RuntimeError(f"a worker failed: {self.job.key}")
        return json.loads(self.said)


def run(jobs, count, folder):
    """Runs the jobs, at most `count` at a time. Yields (key, result) of each job when it ends.

    Jobs see everything below the folder read-only, if the system allows that. Raises RuntimeError
    if a worker fails.
    """
    waiting, working = list(jobs), {}
    try:
        while waiting or working:
            while waiting and len(working) < count:
                worker = Worker(waiting.pop(0), folder)
                working[worker.end] = worker
            for end in select.select(list(working), [], [])[0]:
                if working[end].has_ended():
                    worker = working.pop(end)
                    yield worker.job.key, worker.result()
    finally:
        for worker in working.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGTERM)
        for worker in working.values():
            os.waitpid(worker.pid, 0)
