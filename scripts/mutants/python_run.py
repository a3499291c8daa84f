"""Draws mutants of Python files, and decides for each mutant whether a test fails."""

import collections
import itertools
import json
import os
import sys
import tempfile
import time

import draw
import known
import python_modules
import python_pool
import python_tests

MOST_SECONDS = 30  # CPU time for the tests of one mutant; the slowest tests, beyond it, do not run
CHUNK = 10  # how many tests run in one process when their lines are recorded


class Progress:
    """A line on stderr. A terminal shows each step; otherwise there is one line per minute."""

    def __init__(self, what, number):
        self.what, self.number, self.done = what, number, 0
        self.told = time.monotonic()

    def step(self):
        self.done += 1
        words = f"{self.what} {self.done} of {self.number}"
        if sys.stderr.isatty():
            print(f"\r{words}\033[K", end="\n" if self.done == self.number else "", file=sys.stderr,
                  flush=True)
        elif time.monotonic() - self.told > 60:
            self.told = time.monotonic()
            print(words, file=sys.stderr, flush=True)


class Reach:
    """The tests that reach each line, the fastest first."""

    def __init__(self, records):
        self.seconds = {name: record["seconds"] for name, record in records.items()}
        self.by_line = collections.defaultdict(set)
        for name, record in records.items():
            for path, lines in record["lines"].items():
                for line in lines:
                    self.by_line[path, line].add(name)

    def tests(self, path, lines):
        found = set().union(*(self.by_line.get((path, line), ()) for line in lines))
        result, seconds = [], 0.0
        for name in sorted(found, key=lambda name: (self.seconds[name], name)):
            seconds += self.seconds[name]
            if result and seconds > MOST_SECONDS:
                break
            result.append(name)
        return result


class Run:
    """Draws mutants of `sources`, runs the tests of `folder` on them, and writes JSON lines to
    `out`.

    `state` is a hash of all that the outcomes depend on. Records of another state are dropped,
    except records of caught mutants if keep_caught is true. Tests whose names begin with one of
    `without` are left out.
    """

    def __init__(self, area, sources, folder, programs, without, out, jobs, state, keep_caught=False):
        self.area, self.sources, self.without, self.jobs = area, sources, without, jobs
        self.state, self.keep_caught = state, keep_caught
        self.out = os.path.abspath(out)
        os.makedirs(os.path.dirname(self.out), exist_ok=True)
        self.kept = os.path.join(os.path.dirname(self.out), "statistics-reach.json")
        modules = python_modules.Modules(folder)
        modules.install()
        self.tests = python_tests.Tests(modules, programs)

    def decide(self, seed, count):
        self.decide_all(draw.drawn(self.sources.places(), seed, count))

    def decide_all(self, places):
        done = self._decided()
        wanted = [place for place in places if place.name not in done]
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.out)) as folder:
            reach = Reach(self._reached(folder))
            self._decide(wanted, reach, folder)

    def _decided(self):
        """Returns the names of the mutants that the file has. Removes an incomplete last line."""
        mark = f"{self.out}.state"
        lines = _read(self.out).split("\n")[:-1]
        records = [json.loads(line) for line in lines]
        if _read(mark) != self.state:
            kept = [self.keep_caught and record["status"] == "caught" for record in records]
            lines, records = (list(itertools.compress(all_of, kept)) for all_of in (lines, records))
        _write(self.out, "".join(f"{line}\n" for line in lines))
        _write(mark, self.state)
        return {known.key(record) for record in records}

    def _reached(self, folder):
        """Returns {test: its record from python_tests}."""
        kept = json.loads(_read(self.kept) or "{}")
        if kept.get("state") == self.state:
            return kept["tests"]
        [listed] = python_pool.run([("names", lambda say: self.tests.names())], 1, folder)
        names = [name for name in listed.result or () if not name.startswith(self.without)]
        progress, found = Progress(f"{self.area}: tests without a mutant,", len(names)), {}
        for child in python_pool.run(map(self._recording, _chunks(names)), self.jobs, folder):
            for name in child.key:
                record = child.result and child.result[name]
                if not record or record["wrong"]:
                    raise SystemExit(f"{name} fails without a mutant:\n"
                                     f"{record and record['wrong']}")
                found[name] = record
                progress.step()
        if not found:
            raise SystemExit("there are no tests")
        _write(self.kept, json.dumps({"state": self.state, "tests": found}))
        return found

    def _recording(self, names):
        """Returns the pool's task that runs tests of one program without a mutant."""
        program = names[0].partition(" ")[0]
        return names, lambda say: self.tests.record(program, names, self.sources.paths())

    def _decide(self, places, reach, folder):
        progress = Progress(f"{self.area}: mutants,", len(places))
        tests = {place.name: reach.tests(self.sources.path(place), place.lines) for place in places}
        tasks = ((place, self._mutant(place, tests[place.name], reach.seconds)) for place in places)
        with open(self.out, "a", encoding="utf-8") as out:
            for child in python_pool.run(tasks, self.jobs, folder):
                place, names = child.key, tests[child.key.name]
                status, by = _outcome(child, names)
                out.write(json.dumps({
                    **place.identity, "area": self.area, "line": place.line, "operator": place.operator,
                    "status": status, "by": by, "reached_by": names}, ensure_ascii=False) + "\n")
                out.flush()
                progress.step()

    def _mutant(self, place, names, seconds):
        def work(say):
            self.tests.modules.mutate(self.sources.path(place), self.sources.mutated(place))
            return self.tests.run_until_one_fails(names, seconds, say)
        return work


def _chunks(names):
    """Yields lists of names. All names of a list are of one program."""
    for _, group in itertools.groupby(names, key=lambda name: name.partition(" ")[0]):
        group = list(group)
        for start in range(0, len(group), CHUNK):
            yield group[start:start + CHUNK]


def _outcome(child, names):
    """Returns (status, the test that caught the mutant)."""
    if not names:
        return "unreached", ""
    if child.result is False:
        return "survived", ""
    said = [word for word in child.said if isinstance(word, str)] or names
    return "caught", said[-1] + (" (it was ended)" if child.result is None else "")


def _read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
