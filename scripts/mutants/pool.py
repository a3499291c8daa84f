"""Jobs in processes of their own, several at a time.

A job is a function without arguments whose result can be written as JSON. Its process adopts what it
starts, sees the tree read-only where the system allows that, and cleans up when it is told to end.
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
    """Does the job, writes the result, and ends the process."""
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
    except BaseException:  # a traceback must not go on as a second driver
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
        """Reads what there is."""
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
    """(key, result) of each job as it ends, `count` at a time; nothing below the folder may change."""
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
