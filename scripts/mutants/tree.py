"""A copy of the project's committed and new files, in which mutated sources are built."""

import os
import subprocess

import rewrite


def tracked(root):
    """Returns the paths of the project's files."""
    done = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others",
                           "--exclude-standard"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    if done.returncode == 0 and done.stdout:
        return sorted(path for path in done.stdout.decode().split("\0")
                      if path and os.path.isfile(os.path.join(root, path)))
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [one for one in folders if one not in ("build", "out", ".git", "__pycache__")]
        found += [os.path.relpath(os.path.join(folder, one), root) for one in files]
    return sorted(found)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def update(path, content, mode):
    """Writes the file if its content differs, so make rebuilds only from files that changed."""
    if os.path.exists(path) and read(path) == content:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


class Tree:
    def __init__(self, root, tree):
        self.root, self.path = root, tree
        self.originals = {path: read(os.path.join(root, path)) for path in tracked(root)}

    def write(self, numbered):
        """Writes all files, with the mutants in `numbered`, a list of (number, site). Deletes files
        that the project doesn't have, except below build and out."""
        by_file = {}
        for number, site in numbered:
            by_file.setdefault(site.file, []).append((number, site))
        for path, content in self.originals.items():
            if path in by_file:
                content = rewrite.rewritten(content, by_file[path])
            mode = os.stat(os.path.join(self.root, path)).st_mode & 0o777
            update(os.path.join(self.path, path), content, mode)
        for path in set(tracked_below(self.path)) - set(self.originals):
            os.unlink(os.path.join(self.path, path))


def tracked_below(tree):
    found = []
    for folder, folders, files in os.walk(tree):
        if folder == tree:
            folders[:] = [one for one in folders if not one.startswith(("build", "out"))]
        found += [os.path.relpath(os.path.join(folder, one), tree) for one in files]
    return [one for one in found if "__pycache__" not in one]
