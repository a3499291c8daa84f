"""Starts Debian's programs on a library, and ends them."""

import os
import signal
import socket
import subprocess
import time

OF_LIBEVENT = ("epoll", "poll", "select")
LIBRARY = "libtimerbed-event.so"
NAMES = ("libevent-2.1.so.7", "libevent_core-2.1.so.7", "libevent_pthreads-2.1.so.7")
# The seconds that a busy machine gets for each step. A step that takes longer fails the check.
PATIENCE = 120


class Failure(Exception):
    """A program did something that it must not do."""


def expect(condition, words):
    if not condition:
        raise Failure(words)


def within(seconds, what, condition):
    """Waits until the condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < until, f"{what}: not within {seconds} s")
        time.sleep(0.02)


def free_port():
    """Returns a port that is free for both TCP and UDP at the moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            stream.bind(("127.0.0.1", 0))
            try:
                datagram.bind(stream.getsockname())
                return stream.getsockname()[1]
            except OSError:
                continue


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    except OSError:
        return False


def leaves(pid):
    """Returns the descendants of pid that have no children, or pid itself if it has none."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            below = file.read().split()
    except FileNotFoundError:
        return set()
    return set().union(*map(leaves, below)) if below else {int(pid)}


class Machine:
    """The folders of programs and libraries, and what the programs run on: a structure and a
    backend, or libevent."""

    def __init__(self, root, links, folder, structure, method):
        self.root, self.folder, self.structure, self.method = root, folder, structure, method
        self.on_loop = structure != "libevent"
        libraries = [os.path.join(root, "usr/lib/x86_64-linux-gnu")]
        if self.on_loop:
            libraries.insert(0, links)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("EVENT_")}
        self.environment["LD_LIBRARY_PATH"] = ":".join(libraries)
        if self.on_loop:
            self.environment.update(EVENT_TIMERS=structure, EVENT_METHOD=method)
        else:
            self.environment.update({f"EVENT_NO{name.upper()}": "1" for name in OF_LIBEVENT
                                     if name != method})

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, path, *arguments):
        return Server(self, os.path.join(self.root, path), arguments)

    def run(self, path, *arguments):
        """Runs a program, which must succeed. Returns what it prints."""
        command = [os.path.join(self.root, path), *arguments]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
                              cwd=self.folder)
        expect(done.returncode == 0, f"{os.path.basename(path)} ended with {done.returncode}: "
                                     f"{done.stdout[-600:]}")
        return done.stdout


class Server:
    """A program that serves until it is stopped. Leaving the `with` block kills it."""

    def __init__(self, machine, path, arguments):
        self.machine, self.name = machine, os.path.basename(path)
        self.log = os.path.join(machine.folder, self.name + ".log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([path, *arguments], env=machine.environment,
                                            cwd=machine.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def alive(self):
        expect(self.process.poll() is None,
               f"{self.name} ended with {self.process.poll()}: {self.said()[-600:]}")

    def ready(self, port):
        """Waits until the program listens, and checks which library it has loaded."""
        def listens():
            self.alive()
            return connects(port)
        within(PATIENCE, f"{self.name} listens", listens)
        with open(f"/proc/{self.process.pid}/maps", encoding="utf-8") as file:
            maps = file.read()
        expect((LIBRARY in maps) == self.machine.on_loop and
               ("libevent" in maps) != self.machine.on_loop,
               f"{self.name} runs on another library")

    def tell(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, statuses=(0,)):
        """Sends the signal. The program must end with one of these statuses."""
        self.alive()
        self.tell(number)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} does not stop") from None
        expect(status in statuses, f"{self.name} stopped with {status}: {self.said()[-600:]}")
