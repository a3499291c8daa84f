"""Fetches the upstream archive of one of Debian's source packages.

apt's downloader fetches the archive through apt's proxies. It tries the mirrors that apt is
configured with, then deb.debian.org. apt's lists need no source entries.
"""

import hashlib
import os
import subprocess

DEBIAN = "http://deb.debian.org/debian/"
DOWNLOADER = "/usr/lib/apt/apt-helper"


def mirrors():
    """Returns the base addresses that apt fetches Debian from, and then Debian's own."""
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
    """Downloads an archive to `path`, unless `path` already has the SHA-256 `sha256`.

    `archive` is a path below a mirror's address. `sha256` is the checksum in the package's .dsc.
    Raises SystemExit with a line for each mirror if no mirror has the archive.
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
