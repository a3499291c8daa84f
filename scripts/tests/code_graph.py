"""Reads by libclang which file of the C code includes which, and calls functions of which.

read() makes the graph of a tree. arrows_up(), circles() and tests_in_use() find forbidden
dependencies.
"""

import collections
import concurrent.futures
import glob
import os

from clang.cindex import CursorKind, Diagnostic, Index, LinkageKind

ROOTS = ("structures", "loop", "bench")

# The folders from the lowest to the highest. A file directly in bench has no rank: it is as high as
# the highest folder that it depends on.
FOLDERS = ("structures", "loop", "bench/trace", "bench/virtual", "bench/workloads", "bench/replay",
           "bench/subjects", "bench/passes", "bench/run", "bench/commands")
RANKS = {folder: rank for rank, folder in enumerate(FOLDERS)}

# Files that are built with libevent's own headers, by `make regress` and libevent-layout-test.
OF_LIBEVENT = ("loop/tests/layout/", "loop/tests/regress/")
# Headers for programs that use the loop. The loop itself need not include them.
FOR_PROGRAMS = ("loop/include/",)

# Code that `timerbed export` copies.
TEMPLATES = ("structures/export/",)

STANDARDS = {".c": "-std=c17", ".cc": "-std=c++17"}

# Cursors that contain declarations: extern "C" and namespaces.
BLOCKS = (CursorKind.LINKAGE_SPEC, CursorKind.UNEXPOSED_DECL, CursorKind.NAMESPACE)

# What one source file and its headers include, define and call.
Unit = collections.namedtuple("Unit", "includes definitions calls headers")


class Broken(Exception):
    """A file that libclang cannot read."""


def sources(root):
    """Returns the .c and .cc files of a tree, relative to its root."""
    found = [path for top in ROOTS for ending in STANDARDS
             for path in glob.glob(f"{top}/**/*{ending}", root_dir=root, recursive=True)]
    return sorted(path for path in found if not path.startswith(OF_LIBEVENT))


def headers(root):
    """Returns the headers of a tree that at least one source must include."""
    found = [path for top in ROOTS
             for path in glob.glob(f"{top}/**/*.h", root_dir=root, recursive=True)]
    return sorted(path for path in found if not path.startswith((*OF_LIBEVENT, *FOR_PROGRAMS)))


class Reader:
    """Reads one source, with the headers of the tree that it includes."""

    def __init__(self, root, path, flags):
        self.root = os.path.realpath(root)
        self.names = {}
        self.includes, self.definitions = set(), set()
        self.calls = collections.defaultdict(set)
        words = [STANDARDS[os.path.splitext(path)[1]], "-D_GNU_SOURCE", f"-I{root}",
                 f"-I{root}/loop/include", *flags]
        self.unit = Index.create().parse(os.path.join(root, path), args=words)
        for one in self.unit.diagnostics:
            if one.severity >= Diagnostic.Error:
                raise Broken(f"{one.location.file}:{one.location.line}: {one.spelling}")

    def own(self, file):
        """Returns the path of a file of the tree relative to its root, or None for other files."""
        if file is None:
            return None
        if file.name not in self.names:
            path = os.path.relpath(os.path.realpath(file.name), self.root)
            self.names[file.name] = path if path.startswith(tuple(f"{one}/" for one in ROOTS)) else None
        return self.names[file.name]

    def read(self):
        for one in self.unit.get_includes():
            source, target = self.own(one.source), self.own(one.include)
            if source and target:
                self.includes.add((source, target))
        for cursor in self.unit.cursor.get_children():
            self.declaration(cursor)
        seen = {path for edge in self.includes for path in edge}
        return Unit(self.includes, self.definitions, dict(self.calls), seen)

    def declaration(self, cursor):
        if cursor.kind in BLOCKS:
            for inner in cursor.get_children():
                self.declaration(inner)
            return
        if cursor.kind != CursorKind.FUNCTION_DECL or not cursor.is_definition():
            return
        path = self.own(cursor.location.file)
        if not path:
            return
        if cursor.linkage != LinkageKind.INTERNAL:
            self.definitions.add((cursor.spelling, path))
        for inner in cursor.walk_preorder():
            if inner.kind == CursorKind.CALL_EXPR:
                self.call(path, inner.referenced)

    def call(self, path, callee):
        """Adds a call to `calls`.

        A function that only a header of the C library declares is the library's, even if
        bench/virtual has a function with that name, too. Calls of it are not added.
        """
        if callee is None or callee.kind != CursorKind.FUNCTION_DECL:
            return
        definition = callee.get_definition()
        if definition:
            target = self.own(definition.location.file)
            if target and target != path:
                self.calls[path].add((callee.spelling, target))
        elif self.own(callee.location.file):
            self.calls[path].add((callee.spelling, None))


def read_unit(root, path, flags):
    try:
        return Reader(root, path, flags).read()
    except Broken as error:
        return str(error)


def is_test(path):
    return "/tests/" in path


def defining(name, caller, definitions):
    """Returns the files that may define the function `name` that the file `caller` calls.

    A test may define a stub for a function of the code. So for a caller in a test, they are the
    caller itself, or else the helpers in its folder, or else the files outside of tests. Code
    outside of tests never calls a stub.
    """
    found = definitions.get(name, set())
    if not is_test(caller):
        return {one for one in found if not is_test(one)}
    folder = os.path.dirname(caller)
    return ({one for one in found if one == caller} or
            {one for one in found if os.path.dirname(one) == folder and not one.endswith("-test.c")} or
            {one for one in found if not is_test(one)})


class Graph(dict):
    """{file: {file that it includes or calls: reason}}"""

    def arrow(self, source, target, why):
        if source != target:
            self.setdefault(source, {}).setdefault(target, why)

    def targets(self, path):
        return sorted(self.get(path, ()))


def read(root, flags=(), jobs=None):
    """Returns the Graph of a tree. Raises Broken if a file cannot be read, or if no source includes
    a header."""
    paths = sources(root)
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        units = list(pool.map(read_unit, [root] * len(paths), paths, [flags] * len(paths), chunksize=8))
    broken = [one for one in units if isinstance(one, str)]
    missing = set(headers(root)).difference(*(one.headers for one in units if not isinstance(one, str)))
    broken += [f"{path}: no source includes it" for path in sorted(missing)]
    if broken:
        raise Broken("\n".join(broken))
    definitions = collections.defaultdict(set)
    for unit in units:
        for name, path in unit.definitions:
            definitions[name].add(path)
    graph = Graph()
    for unit in units:
        for source, target in unit.includes:
            graph.arrow(source, target, "includes it")
        for source, calls in unit.calls.items():
            for name, target in calls:
                for one in [target] if target else defining(name, source, definitions):
                    graph.arrow(source, one, f"calls {name}")
    return graph


# ---- forbidden dependencies


def folder_of(path):
    """Returns the folder of FOLDERS that a file is in, or None."""
    for folder in FOLDERS:
        if path.startswith(f"{folder}/"):
            return folder
    return None


def told(graph, chain):
    steps = [f"{target} ({graph[source][target]})" for source, target in zip(chain, chain[1:])]
    return " -> ".join([chain[0], *steps])


def arrows_up(graph):
    """Returns the chains by which a file depends on a file of a higher folder, directly or through
    files without a rank. A test is as high as the folder in FOLDERS that contains it."""
    found = []
    for start in sorted(graph):
        folder = folder_of(start)
        if folder is None:
            continue
        seen, waiting = {start}, collections.deque([[start]])
        while waiting:
            chain = waiting.popleft()
            for target in graph.targets(chain[-1]):
                if target in seen:
                    continue
                seen.add(target)
                other = folder_of(target)
                if other is None:
                    waiting.append([*chain, target])
                elif RANKS[other] > RANKS[folder]:
                    found.append(f"{told(graph, [*chain, target])}: {folder} is below {other}")
    return found


def tests_in_use(graph):
    """Returns the files outside of tests that include or call a test. A template calls functions of
    the export that it is copied into, which a test of the template defines."""
    sources = [path for path in sorted(graph)
               if not is_test(path) and not path.startswith(TEMPLATES)]
    return [f"{told(graph, [source, target])}: it is a test" for source in sources
            for target in graph.targets(source) if is_test(target)]


def reachable(arrows, start):
    seen, waiting = {start}, [start]
    while waiting:
        for target in arrows.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def circles(graph, most=2):
    """Returns the sets of more than `most` files in which each file depends on all others."""
    back = collections.defaultdict(set)
    for source, targets in graph.items():
        for target in targets:
            back[target].add(source)
    left, found = set(graph), []
    while left:
        start = min(left)
        circle = reachable(graph, start) & reachable(back, start)
        left -= circle
        if len(circle) > most:
            found.append("a circle of " + ", ".join(sorted(circle)) + ": " + "; ".join(
                f"{source} {graph[source][target].replace('includes it', 'includes')} ({target})"
                for source in sorted(circle) for target in graph.targets(source) if target in circle))
    return found
