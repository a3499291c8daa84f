"""What Debian's programs must do, on this loop as on libevent. Each check takes a Machine."""

import os
import pwd
import re
import signal
import socket
import struct
import threading
import time

import dns
from servers import PATIENCE, Failure, expect, free_port, leaves, within

NAMES = 50
CONNECTIONS, TURNS, PIPELINED = 20, 10, 100
IDLE_MS = 600


def address_of(i):
    return f"10.1.{i // 256}.{i % 256}"


def together(count, function):
    """Calls function(i) in a thread for each i below count. Raises the first error of a thread."""
    errors = []

    def call(i):
        try:
            function(i)
        except Exception as error:  # any error fails the check
            errors.append(error)
    threads = [threading.Thread(target=call, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def ask_much(port, zone):
    """Asks by UDP and TCP: with one connection, with many, and with many questions at once."""
    def right(i, got, how):
        expect(got == address_of(i), f"{how}: {got} for {i}.{zone}, not {address_of(i)}")

    def by_udp(i):
        asker = dns.Udp(port)
        for turn in range(TURNS):
            which = (i + turn) % NAMES
            right(which, asker.ask(f"n{which}.{zone}", turn + 1), "UDP")
        asker.close()

    def by_tcp(i):
        connection = dns.Tcp(port)
        for turn in range(TURNS):
            which = (i * 7 + turn) % NAMES
            right(which, connection.ask(f"n{which}.{zone}", turn + 1), "TCP")
        connection.close()

    def pipelined(i):
        connection = dns.Tcp(port)
        connection.send({number: f"n{number % NAMES}.{zone}" for number in range(PIPELINED)})
        missing = set(range(PIPELINED))
        while missing:
            got = connection.receive()
            expect(got, f"TCP: closed with {len(missing)} of {PIPELINED} answers missing")
            right(got[0] % NAMES, got[1], "TCP, pipelined")
            missing.remove(got[0])
        connection.close()

    by_udp(0)
    by_tcp(0)
    pipelined(0)
    together(CONNECTIONS, by_udp)
    together(CONNECTIONS, by_tcp)
    together(CONNECTIONS // 4, pipelined)


def idle_is_closed(port, zone):
    """An idle connection is closed after the timeout and not before. A busy one stays open."""
    idle, busy = dns.Tcp(port), dns.Tcp(port)
    idle.ask(f"n1.{zone}")
    began = asked = time.monotonic()
    idle.socket.settimeout(0.1)
    closed = None
    while closed is None:
        try:
            busy.ask(f"n2.{zone}")
        except ConnectionError:
            # On a busy machine this connection may have been idle for too long.
            expect(time.monotonic() - asked > IDLE_MS / 2000, "TCP: a busy connection was closed")
            busy = dns.Tcp(port)
        asked = time.monotonic()
        try:
            expect(idle.receive() is None, "TCP: an answer without a question")
            closed = time.monotonic() - began
        except TimeoutError:
            expect(time.monotonic() - began < PATIENCE, "TCP: an idle connection is never closed")
    expect(closed > IDLE_MS / 1000 * 0.9, f"TCP: an idle connection was closed after {closed:.3f} s")
    idle.close()
    busy.close()


UNBOUND = """
server:
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    chroot: ""
    username: ""
    use-syslog: no
    logfile: ""
    do-daemonize: no
    interface: 127.0.0.1@{port}
    num-threads: {threads}
    module-config: "iterator"
    incoming-num-tcp: 100
    outgoing-num-tcp: 20
    tcp-idle-timeout: {idle}
    cache-max-ttl: 0
    cache-max-negative-ttl: 0
    do-not-query-localhost: no
    local-zone: "local.timerbed." static
{data}
remote-control:
    control-enable: yes
    control-interface: "{folder}/control"
    control-use-cert: no
stub-zone:
    name: "far.timerbed."
    stub-addr: 127.0.0.1@{far}
    stub-tcp-upstream: {tcp}
"""

NSD = """
server:
    port: {port}
    ip-address: 127.0.0.1
    server-count: 1
    username: ""
    chroot: ""
    zonesdir: "{folder}"
    database: ""
    pidfile: "{folder}/nsd.pid"
    xfrdfile: "{folder}/xfrd.state"
    zonelistfile: "{folder}/zone.list"
    tcp-count: 100
    tcp-timeout: 5
remote-control:
    control-enable: no
zone:
    name: far.timerbed
    zonefile: far.zone
"""


def start_nsd(machine, port):
    zone = "@ 60 IN SOA ns.far.timerbed. root.far.timerbed. 1 60 60 60 60\n@ 60 IN NS ns.far.timerbed.\n" \
        "ns 60 IN A 127.0.0.1\n"
    machine.write("far.zone", "$ORIGIN far.timerbed.\n" + zone +
                  "".join(f"n{i} 60 IN A {address_of(i)}\n" for i in range(NAMES)))
    return machine.start("usr/sbin/nsd", "-d", "-c",
                         machine.write("nsd.conf", NSD.format(port=port, folder=machine.folder)))


def nsd(machine):
    """An authoritative server. Its parent, transfer and server processes have one loop each."""
    port = free_port()
    with start_nsd(machine, port) as server:
        server.ready(port)
        ask_much(port, "far.timerbed")
        # nsd replaces the process that serves. The connections of the old process end with it.
        old = leaves(server.process.pid)
        server.tell(signal.SIGHUP)
        within(PATIENCE, "nsd loads its zone again", lambda: not old & leaves(server.process.pid))
        server.ready(port)
        ask_much(port, "far.timerbed")
        server.stop()


def unbound_reloads(server, reload):
    """Reloads and waits for the end of it. Before that, unbound closes new connections at once."""
    def starts():
        return server.said().count("start of service")
    before = starts()
    reload()
    within(PATIENCE, "unbound reloads", lambda: starts() > before)


def unbound_with(machine, threads, tcp):
    """A resolver with local data and with data of nsd, which runs on the same library."""
    port, far = free_port(), free_port()
    data = "".join(f'    local-data: "n{i}.local.timerbed. 60 IN A {address_of(i)}"\n' for i in range(NAMES))
    configuration = UNBOUND.format(folder=machine.folder, port=port, far=far, threads=threads,
                                   tcp=tcp, data=data, idle=IDLE_MS)
    with start_nsd(machine, far) as other, machine.start(
            "usr/sbin/unbound", "-d", "-c", machine.write("unbound.conf", configuration)) as server:
        other.ready(far)
        server.ready(port)
        ask_much(port, "local.timerbed")
        ask_much(port, "far.timerbed")
        idle_is_closed(port, "local.timerbed")
        control = ("usr/sbin/unbound-control", "-c", os.path.join(machine.folder, "unbound.conf"))
        statistics = machine.run(*control, "stats")
        asked = re.search(r"total\.num\.queries=(\d+)", statistics)
        expect(asked and int(asked[1]) > TURNS * CONNECTIONS, f"unbound-control stats: {statistics[:300]}")
        unbound_reloads(server, lambda: machine.run(*control, "reload"))
        ask_much(port, "local.timerbed")
        unbound_reloads(server, lambda: server.tell(signal.SIGHUP))
        ask_much(port, "far.timerbed")
        server.stop()
        other.stop()


def unbound(machine):
    unbound_with(machine, threads=1, tcp="no")


def unbound_threads(machine):
    unbound_with(machine, threads=3, tcp="yes")


def memcached(machine):
    """Threads with one loop each, a timer each second, connections that change what they wait for."""
    port = free_port()
    user = ("-u", "nobody") if os.getuid() == 0 else ()
    with machine.start("usr/bin/memcached", "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-t", "4",
                       "-o", "idle_timeout=2", *user) as server:
        server.ready(port)

        def talk(i):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                lines = connection.makefile("rwb")
                for turn in range(TURNS):
                    value = f"{i}-{turn}".encode() * 3000
                    lines.write(b"set k%d 0 0 %d\r\n%s\r\n" % (i, len(value), value))
                    lines.flush()
                    expect(lines.readline() == b"STORED\r\n", "memcached: a value is not stored")
                    lines.write(b"get k%d\r\n" % i)
                    lines.flush()
                    expect(lines.readline().startswith(b"VALUE k%d " % i) and
                           lines.read(len(value) + 2) == value + b"\r\n" and
                           lines.readline() == b"END\r\n", "memcached: another value")
        together(CONNECTIONS, talk)
        # The server's clock is a timer of one second. Values expire by that clock.
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            lines = connection.makefile("rwb")
            lines.write(b"set brief 0 1 1\r\nx\r\n")
            lines.flush()
            expect(lines.readline() == b"STORED\r\n", "memcached: a value is not stored")

            def gone():
                lines.write(b"get brief\r\n")
                lines.flush()
                found = lines.readline() != b"END\r\n"
                if found:
                    lines.readline(), lines.readline()
                return not found
            within(PATIENCE, "memcached: a value expires", gone)
        load = machine.run("usr/bin/memcaslap", "-s", f"127.0.0.1:{port}", "-t", "1s", "-T", "2", "-c", "8")
        done = re.search(r"Ops: (\d+)", load)
        expect(done and int(done[1]) > 0, f"memcaslap: {load[-300:]}")
        server.stop()


def inetd(machine):
    """Starts a program for each connection: descriptors, and signals of children."""
    ports = [free_port() for _ in range(3)]
    user = pwd.getpwuid(os.getuid()).pw_name
    services = [f"127.0.0.1:{port} stream tcp nowait {user} {what}\n" for port, what in
                zip(ports, ("/bin/cat cat", "/bin/echo echo hello", "/bin/cat cat"))]
    path = machine.write("inetd.conf", "".join(services))
    with machine.start("usr/sbin/inetd", "-d", path) as server:
        for port in ports:
            server.ready(port)

        def talk(i):
            for _ in range(TURNS):
                which = i % 3
                with socket.create_connection(("127.0.0.1", ports[which]), timeout=PATIENCE) as connection:
                    if which != 1:
                        connection.sendall(b"hello\n")
                    connection.shutdown(socket.SHUT_WR)
                    got = b"".join(iter(lambda: connection.recv(100), b""))
                    expect(got == b"hello\n", f"inetd: {got!r} by port {which}")
        together(CONNECTIONS // 2, talk)
        server.stop()


def tcpbench(machine):
    """A server, and a client with a timer that shows what was sent."""
    port = free_port()
    with machine.start("usr/bin/tcpbench", "-4", "-s", "-p", str(port)) as server:
        server.ready(port)
        said = machine.run("usr/bin/tcpbench", "-4", "-t", "1", "-r", "200", "-n", "4", "-p", str(port),
                           "127.0.0.1")
        shown = re.findall(r"^\s*\d+\s+\d+\s+[\d.]+\s+[\d.]+%", said, re.M)
        expect(len(shown) >= 4, f"tcpbench: {said[-400:]}")
        server.stop(signal.SIGINT, (0, -signal.SIGINT))


PGBOUNCER = """
[databases]
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
admin_users = admin
stats_period = 1
client_idle_timeout = 2
"""


def message(kind, body):
    return kind + struct.pack(">I", len(body) + 4) + body


class Console:
    """A connection to pgbouncer's own database, by PostgreSQL's protocol."""

    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).makefile("rwb")
        self.send(message(b"", struct.pack(">I", 3 << 16) + b"user\0admin\0database\0pgbouncer\0\0"))
        self.until_ready()

    def send(self, data):
        self.stream.write(data)
        self.stream.flush()

    def receive(self):
        head = self.stream.read(5)
        if len(head) < 5:
            return None, b""
        return head[:1], self.stream.read(struct.unpack(">I", head[1:])[0] - 4)

    def until_ready(self):
        rows = 0
        while True:
            kind, body = self.receive()
            expect(kind not in (None, b"E"), f"pgbouncer: {kind} {body}")
            rows += kind == b"D"
            if kind == b"Z":
                return rows

    def query(self, text):
        self.send(message(b"Q", text.encode() + b"\0"))
        return self.until_ready()


def pgbouncer(machine):
    """A pooler of connections without a database: its console, and the timers of its janitor."""
    port = free_port()
    user = ("-u", "nobody") if os.getuid() == 0 else ()
    path = machine.write("pgbouncer.ini", PGBOUNCER.format(port=port))
    with machine.start("usr/sbin/pgbouncer", *user, path) as server:
        server.ready(port)

        def talk(_):
            console = Console(port)
            for _ in range(TURNS):
                expect(console.query("SHOW CONFIG") > 20, "pgbouncer: SHOW CONFIG has few rows")
        together(CONNECTIONS // 2, talk)
        within(PATIENCE, "pgbouncer writes its statistics", lambda: "stats:" in server.said())
        server.stop(signal.SIGINT)


def dnsproxy(machine):
    """A proxy between a client and nsd on the same library, with a timer for each question."""
    port, far, back = free_port(), free_port(), free_port()
    path = machine.write("dnsproxy.conf", f"authoritative 127.0.0.1\nauthoritative-port {far}\n"
                         f"authoritative-timeout 10\nrecursive 127.0.0.1\nrecursive-port {far}\n"
                         f"recursive-timeout 10\nlisten 127.0.0.1\nport {port}\nlisten_answer 127.0.0.1\n"
                         f"port_answer {back}\ninternal 127.0.0.1\n")
    with start_nsd(machine, far) as other, machine.start("usr/sbin/dnsproxy", "-c", path) as server:
        other.ready(far)

        def talk(i):
            asker = dns.Udp(port)
            for turn in range(TURNS):
                which = (i + turn) % NAMES
                got = asker.ask(f"n{which}.far.timerbed", i * TURNS + turn + 1)
                expect(got == address_of(which), f"dnsproxy: {got}")
            asker.close()
        talk(0)
        together(CONNECTIONS, talk)
        server.alive()
        server.stop(signal.SIGTERM, (1,))


# EVERYWHERE runs over every structure, because unbound writes members of struct event. SOMEWHERE
# runs over a few structures.
EVERYWHERE = (unbound, unbound_threads, nsd, memcached)
SOMEWHERE = (inetd, tcpbench, pgbouncer, dnsproxy)

__all__ = ["EVERYWHERE", "SOMEWHERE", "Failure"]
