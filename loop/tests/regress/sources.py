#!/usr/bin/python3
"""sources.py FOLDER: puts libevent's own tests into FOLDER, from Debian's source package.

Fetches the upstream archive of the package libevent 2.1.12-stable, and refuses an archive with
another SHA-256 than the package's .dsc says. FOLDER gets

    libevent.tar.gz   the archive
    test/             the tests of the groups main, signal, thread, finalize, et and util, and their harness
    include/event2/   public headers that the tests include and this loop lacks (buffers, DNS)
    *-internal.h      stand-ins: each includes loop/tests/regress/internals.h

The repository contains none of libevent's files.
"""

import os
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "..", "..", "scripts"))

import debian_source  # noqa: E402

ARCHIVE = "pool/main/libe/libevent/libevent_2.1.12-stable.orig.tar.gz"
# Checksums-Sha256 of libevent_2.1.12-stable-8.dsc and of libevent_2.1.12-stable-8+deb12u1.dsc.
SHA256 = "92e6de1be9ec176428fd2367677e61ceffc2ee1cb119035037a27d346b0403bb"
TESTS = """regress.c regress.h regress_main.c regress_thread.c regress_thread.h regress_finalize.c
    regress_et.c regress_util.c tinytest.c tinytest.h tinytest_local.h tinytest_macros.h""".split()
HEADERS = """buffer.h buffer_compat.h bufferevent.h bufferevent_compat.h dns.h dns_compat.h dns_struct.h
    tag.h tag_compat.h""".split()
STAND_INS = """util-internal.h event-internal.h evthread-internal.h log-internal.h time-internal.h
    defer-internal.h mm-internal.h ipv6-internal.h strlcpy-internal.h iocp-internal.h evconfig-private.h
    test/regress.gen.h""".split()
# The tests depend on libevent's members of struct event_base, and on which backend has edges. These
# texts are replaced.
REPLACED = {"base1->sig.ev_signal_pair[0]": "regress_signal_descriptor(base1)",
            "base->th_notify_fd[0]": "regress_notify_descriptor(base)",
            '!strcmp(event_base_get_method(base), "kqueue")':
            "(event_base_get_features(base) & EV_FEATURE_ET)"}


def unpack(path, folder):
    wanted = {"test/" + name for name in TESTS} | {"include/event2/" + name for name in HEADERS}
    with tarfile.open(path) as tar:
        for member in tar:
            name = member.name.partition("/")[2]
            if name not in wanted:
                continue
            text = tar.extractfile(member).read().decode()
            for old, new in REPLACED.items():
                text = text.replace(old, new)
            write(os.path.join(folder, name), text)
            wanted.remove(name)
    if wanted:
        raise SystemExit(f"sources.py: the archive lacks {', '.join(sorted(wanted))}")
    for name in STAND_INS:
        write(os.path.join(folder, name), '#include "loop/tests/regress/internals.h"\n')


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) != 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        raise SystemExit(2)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    archive = os.path.join(folder, "libevent.tar.gz")
    debian_source.fetch(ARCHIVE, SHA256, archive)
    unpack(archive, folder)


if __name__ == "__main__":
    main()
