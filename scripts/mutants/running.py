"""Runs a command that may misbehave, with limits.

A command gets a HOME and a TMPDIR of its own (one empty folder), and a session of its own. It is
killed, with all its descendants, when its processes have used too much CPU time or memory, when
they have used no CPU time and written nothing for a while, or after a wall time that is ample even
on a busy machine. After a command has ended, its remaining descendants are killed.
"""

import ctypes
import dataclasses
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
LIBC = ctypes.CDLL(None, use_errno=True)
SUBREAPER, PARENT_DEATH = 36, 1  # of prctl
NEW_MOUNTS, BIND, REMOUNT, RECURSIVE, PRIVATE, READ_ONLY = 0x20000, 4096, 32, 16384, 1 << 18, 1

LOOK_EVERY = 0.25
IDLE_CPU = 0.02  # seconds; less CPU time than this within the idle time counts as none
LEAST_CPU = 5  # seconds of CPU time that any command may use
MOST_MEMORY = 6 << 30
MOST_FILE = 2 << 30
# A shell or nohup may make the run ignore these signals. Its children would inherit that.
OFTEN_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


@dataclasses.dataclass
class Limits:
    """Limits of a command, in seconds."""
    cpu: float = 600
    idle: float = 60
    wall: float = 3600

    @classmethod
    def of(cls, cpu, wall):
        """Returns the limits for a command that takes `cpu` seconds of CPU time and `wall` seconds
        of wall time without a mutant."""
        return cls(cpu=10 * cpu + LEAST_CPU, idle=20 + 3 * wall, wall=30 * wall + 300)


@dataclasses.dataclass
class Outcome:
    failed: bool
    why: str      # "" or: exit status 1, signal 11, CPU time, idle, wall time, memory, FAILED
    cpu: float
    wall: float
    said: str     # the end of the command's output


def adopt_orphans():
    """Makes this process the parent of all orphans among its descendants. The kernel kills it when
    its own parent ends."""
    LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
    LIBC.prctl(PARENT_DEATH, signal.SIGKILL, 0, 0, 0)


def protect(folder):
    """Makes everything below the folder read-only for this process and its children. Returns
    whether the system allows that."""
    if LIBC.unshare(NEW_MOUNTS):
        return False
    folder = os.path.realpath(folder).encode()
    return not (LIBC.mount(b"none", b"/", None, RECURSIVE | PRIVATE, None) or
                LIBC.mount(folder, folder, None, BIND, None) or
                LIBC.mount(b"none", folder, None, BIND | REMOUNT | READ_ONLY, None))


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""  # the process has ended


def children(pid):
    return [int(one) for task in listed(f"/proc/{pid}/task")
            for one in read(f"/proc/{pid}/task/{task}/children").split()]


def listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def descendants(pid):
    found = children(pid)
    for one in found:  # the loop extends the list
        found.extend(children(one))
    return found


def usage(pids):
    """Returns the CPU seconds, including those of ended children, and the bytes of memory."""
    cpu = memory = 0
    for pid in pids:
        fields = read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        if fields:
            cpu += sum(map(int, fields[11:15])) / TICKS
            memory += int(fields[21]) * PAGE
    return cpu, memory


def end_all():
    """Kills all descendants of this process, and waits for them."""
    while True:
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def prepared(limits):
    """Returns the function that the command's process calls first."""
    seconds = int(limits.cpu) + 2

    def prepare():
        for number in OFTEN_IGNORED:
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE, MOST_FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return prepare


class Watch:
    """Checks the limits of a command while it runs."""

    def __init__(self, limits, log):
        self.limits, self.log = limits, log
        self.begun = self.moved = self.looked = time.monotonic()
        self.cpu = self.size = 0

    def look(self):
        """Returns which limit the command has exceeded, or None."""
        now = time.monotonic()
        if now - self.looked < LOOK_EVERY:
            return None
        self.looked = now
        cpu, memory = usage(descendants(os.getpid()))
        size = os.fstat(self.log.fileno()).st_size
        # A child that its parent does not wait for takes its CPU time with it. So a smaller sum is
        # progress, too.
        if abs(cpu - self.cpu) > IDLE_CPU or size != self.size:
            self.cpu, self.moved, self.size = cpu, now, size
        if cpu > self.limits.cpu:
            return "CPU time"
        if memory > MOST_MEMORY:
            return "memory"
        if now - self.moved > self.limits.idle:
            return "idle"
        return "wall time" if now - self.begun > self.limits.wall else None


def run(command, folder, environment, limits, failure=None):
    """Runs the command in the folder. Returns its Outcome.

    The command has failed, and is killed, as soon as a line of its output begins with `failure`
    (bytes). The process must have called adopt_orphans() before.
    """
    home = tempfile.mkdtemp(prefix="mutants-")
    with tempfile.TemporaryFile() as log:
        watch = Watch(limits, log)
        try:
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(environment, HOME=home, TMPDIR=home), start_new_session=True,
                preexec_fn=prepared(limits))
            why, cpu = wait(process, watch, failure)
        finally:
            end_all()
            shutil.rmtree(home, ignore_errors=True)
        log.seek(max(0, os.fstat(log.fileno()).st_size - 4000))
        said = log.read().decode(errors="replace")
    return Outcome(bool(why), why, cpu, time.monotonic() - watch.begun, said)


def wait(process, watch, failure):
    """Waits until the command ends or fails. Returns why it failed, or "", and its CPU seconds."""
    pause = 0.005
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu = used.ru_utime + used.ru_stime
            if process.returncode < 0:
                return f"signal {-process.returncode}", cpu
            return f"exit status {process.returncode}" if process.returncode else "", cpu
        why = watch.look()
        if not why and failure and has_line(watch.log, failure):
            why = failure.decode()
        if why:
            process.returncode = -signal.SIGKILL  # end_all() kills and reaps it
            return why, usage(descendants(os.getpid()))[0]
        time.sleep(pause)
        pause = min(2 * pause, 0.1)


def has_line(log, start):
    size = os.fstat(log.fileno()).st_size
    text = os.pread(log.fileno(), size, 0)
    return text.startswith(start) or b"\n" + start in text
