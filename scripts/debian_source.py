"""Fetches the upstream archive of one of Debian's source packages.

The archive comes from the mirrors that apt knows, else from deb.debian.org. No source entries are
needed in apt's lists. apt's downloader fetches it, with apt's proxies.
"""

import hashlib
import os
import subprocess

DEBIAN = "http://deb.debian.org/debian/"
DOWNLOADER = "/usr/lib/apt/apt-helper"


def mirrors():
    """The base addresses that apt fetches from, and Debian's own."""
    try:
        told = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)",
                               "Created-By: Packages"], capture_output=True, text=True, check=True)
        known = told.stdout.split()
    except (OSError, subprocess.CalledProcessError):
        known = []
    wanted = [one for one in known if one.startswith("http") and "debian" in one]
    return list(dict.fromkeys(wanted + [DEBIAN]))


def is_whole(path, sha256):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest() == sha256
    except FileNotFoundError:
        return False


def fetch(archive, sha256, path):
    """Downloads the archive, a path below a mirror's address, to `path`, unless it is there.

    The archive must have the SHA-256, which is that of the package's .dsc. Raises SystemExit with a
    line for each mirror that does not have it.
    """
    if is_whole(path, sha256):
        return
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    said = []
    for mirror in mirrors():
        address = mirror.rstrip("/") + "/" + archive
        done = subprocess.run([DOWNLOADER, "download-file", address, path, "SHA256:" + sha256],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0 and is_whole(path, sha256):
            return
        said.append(f"{address}: {' '.join(done.stderr.split())}")
    raise SystemExit(f"cannot fetch {os.path.basename(archive)} of Debian's source package:\n    " +
                     "\n    ".join(said))
