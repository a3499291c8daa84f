#!/usr/bin/python3
"""fetch.py FOLDER: unpacks Debian's packages of programs that use libevent into FOLDER/unpacked.

apt-get downloads and verifies the packages, and their dependencies that the machine lacks. Nothing
is installed, so no service starts and root is not needed. FOLDER/packages lists the packages.
"""

import glob
import os
import re
import subprocess
import sys

PACKAGES = ["unbound", "nsd", "memcached", "libmemcached-tools", "openbsd-inetd", "tcpbench", "dnsproxy",
            "pgbouncer"]


def wanted():
    """Returns the names of the packages, and of their dependencies that are not installed."""
    names = set(PACKAGES)
    for package in PACKAGES:
        told = subprocess.run(["apt-get", "--simulate", "--no-install-recommends", "install", package],
                              capture_output=True, text=True)
        if told.returncode:
            raise SystemExit(f"fetch.py: apt-get has no package {package}; apt-get update may help:\n"
                             f"{told.stderr.rstrip()}")
        names.update(re.findall(r"^Inst (\S+)", told.stdout, re.M))
    return sorted(names)


def main():
    if len(sys.argv) != 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        raise SystemExit(2)
    folder = sys.argv[1]
    archives = os.path.join(folder, "archives")
    os.makedirs(archives, exist_ok=True)
    done = subprocess.run(["apt-get", "download", "-q", *wanted()], cwd=archives, capture_output=True,
                          text=True)
    if done.returncode:
        raise SystemExit(f"fetch.py: apt-get download failed:\n{done.stderr.rstrip()}")
    packages = sorted(glob.glob(os.path.join(archives, "*.deb")))
    for package in packages:
        subprocess.run(["dpkg-deb", "--extract", package, os.path.join(folder, "unpacked")], check=True)
    with open(os.path.join(folder, "packages"), "w", encoding="utf-8") as file:
        file.writelines(os.path.basename(package) + "\n" for package in packages)


if __name__ == "__main__":
    main()
