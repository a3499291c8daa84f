"""Asks a DNS server for addresses, by UDP and TCP: as much of RFC 1035 as the tests need."""

import select
import socket
import struct
import time

HEADER = ">HHHHHH"
RECURSION_DESIRED = 0x0100
TYPE_A = CLASS_IN = 1


def question(name, number):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(HEADER, number, RECURSION_DESIRED, 1, 0, 0, 0) + labels + b"\0" + \
        struct.pack(">HH", TYPE_A, CLASS_IN)


def skip_name(message, at):
    while message[at]:
        if message[at] & 0xC0:
            return at + 2
        at += message[at] + 1
    return at + 1


def answer(message):
    """Returns (number of the question, first address in the answer or None)."""
    number, _, questions, answers = struct.unpack(">HHHH", message[:8])
    at = struct.calcsize(HEADER)
    for _ in range(questions):
        at = skip_name(message, at) + 4
    for _ in range(answers):
        at = skip_name(message, at)
        kind, _, _, length = struct.unpack(">HHIH", message[at:at + 10])
        if kind == TYPE_A:
            return number, socket.inet_ntoa(message[at + 10:at + 10 + length])
        at += 10 + length
    return number, None


class Udp:
    """A UDP socket for many questions."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))

    def ask(self, name, number=1, seconds=60):
        """Returns the address. Asks again each second, because datagrams may be lost."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                self.socket.send(question(name, number))
                if select.select([self.socket], [], [], 1)[0]:
                    got, address = answer(self.socket.recv(4096))
                    if got == number:
                        return address
            except ConnectionRefusedError:  # the server does not listen yet
                time.sleep(0.05)
        raise TimeoutError(f"no answer for {name} by UDP in {seconds} s")

    def close(self):
        self.socket.close()


class Tcp:
    """A TCP connection. Questions may be sent before earlier ones are answered."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, questions):
        """Sends all of these questions, {number: name}, at once."""
        messages = (question(name, number) for number, name in questions.items())
        self.socket.sendall(b"".join(struct.pack(">H", len(one)) + one for one in messages))

    def receive(self):
        """Returns the next (number, address), or None when the server has closed the connection."""
        while True:
            if len(self.rest) >= 2:
                length = struct.unpack(">H", self.rest[:2])[0]
                if len(self.rest) >= 2 + length:
                    message, self.rest = self.rest[2:2 + length], self.rest[2 + length:]
                    return answer(message)
            got = self.socket.recv(65536)
            if not got:
                return None
            self.rest += got

    def ask(self, name, number=1):
        self.send({number: name})
        got = self.receive()
        if got is None:
            raise ConnectionError(f"the server closed the connection instead of answering {name}")
        return got[1] if got[0] == number else None

    def close(self):
        self.socket.close()
