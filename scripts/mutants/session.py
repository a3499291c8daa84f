"""A run over the mutants of some seeds, in a folder from which the run can be resumed.

    places.pickle         all places of the code; valid until a source changes
    tree/                 the copy of the project that is built
    SEED/numbers.json     the name of each mutant, by number
    SEED/state            a hash of the sources and tests to which the next two files belong
    SEED/baseline.json    for each test without a mutant: seconds, CPU seconds, places reached
    SEED/results.jsonl    a line for each decided mutant

SEED is the seed, or several seeds joined by "+".
"""

import hashlib
import json
import os
import pickle
import re
import subprocess
import tempfile

import draw
import known
import pool
import running
import tree as trees

UNTESTED = ("paper/", "results/", "scripts/mutants/known/")  # tests of mutants don't read these
DECIDED = ("caught", "same code")  # further tests cannot change these
OFTEN_BROKEN = 5  # the most builds; each leaves out the mutants that did not compile before


class Failure(Exception):
    """The run cannot go on."""


def digest(*contents):
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


def name_of(record):
    return known.key(record)


def records_of(path):
    """Reads a file of JSON lines. Deletes an incomplete last line, which a stopped run has left."""
    try:
        with open(path, "rb+") as file:
            whole = file.read()
            file.truncate(whole.rfind(b"\n") + 1)
            return [json.loads(line) for line in whole.split(b"\n")[:-1]]
    except FileNotFoundError:
        return []


class Session:
    def __init__(self, project, folder, seeds, jobs, tell):
        self.project, self.above, self.seeds, self.jobs, self.tell = project, folder, seeds, jobs, tell
        self.folder = os.path.join(folder, "+".join(seeds))
        os.makedirs(self.folder, exist_ok=True)
        self.tree = trees.Tree(project.root, os.path.join(folder, "tree"))
        self.areas = project.files(project.root)
        self.places = self.all_places()
        self.drawn = []  # the sites of this run, in the order in which they run

    def path(self, name):
        return os.path.join(self.folder, name)

    # ---- places

    def all_places(self):
        own = os.path.dirname(os.path.abspath(__file__))
        state = digest(*(trees.read(os.path.join(own, name)) for name in ("sites.py", "place.py")),
                       *(self.tree.originals[one] for one in sorted(self.areas)))
        cache = os.path.join(self.above, "places.pickle")
        try:
            with open(cache, "rb") as file:
                of, places = pickle.load(file)
            if of == state:
                return places
        except (OSError, ValueError, EOFError, AttributeError, pickle.UnpicklingError):
            pass
        self.tell("looking for places")
        places = self.project.sites()
        with open(cache, "wb") as file:
            pickle.dump((state, places), file)
        return places

    def draw(self, count):
        """Draws `count` mutants for each seed, and keeps those in the areas of the run."""
        found = {}
        for seed in self.seeds:
            of_seed = []
            for area, share in draw.shares(self.project.areas, count).items():
                of_seed += draw.drawn([one for one in self.places if self.areas[one.file] == area],
                                      seed, share)
            # Mutants of all areas are mixed, so that the remaining time can be estimated from the
            # rate.
            for site in sorted(of_seed, key=lambda one: draw.uniform("order", one)):
                found.setdefault(site, []).append(seed)
        self.drawn = list(found)
        self.drawn_by = {site.name: seeds for site, seeds in found.items()}
        self.number()

    def number(self):
        """Numbers the mutants. They keep the numbers of earlier runs, so unchanged sources are not
        compiled again."""
        path = self.path("numbers.json")
        names = [tuple(one[0]) for one in records_of(path)]
        self.numbers = {name: number for number, name in enumerate(names, 1)}
        with open(path, "a", encoding="utf-8") as file:
            for site in self.drawn:
                if self.numbers.setdefault(site.name, len(self.numbers) + 1) > len(names):
                    file.write(json.dumps([site.name]) + "\n")

    # ---- building

    def build(self):
        """Builds the tree with all mutants. Leaves out mutants that do not compile."""
        for _ in range(OFTEN_BROKEN):
            self.tree.write([(self.numbers[site.name], site) for site in self.drawn])
            self.tell(f"building {len(self.drawn)} mutants")
            done = self.project.build(self.tree.path, self.jobs)
            with open(self.path("build.log"), "w", encoding="utf-8") as log:
                log.write(done.stdout)
            if done.returncode == 0:
                return
            wrong = {(os.path.normpath(file), int(line)) for file, line in re.findall(
                r"^([^\s:]+):(\d+):\d+: error", done.stdout, re.MULTILINE)}
            broken = [one for one in self.drawn if any(
                (one.file, line) in wrong
                for line in range(one.line, one.line + one.text.count("\n") + 1))]
            if not broken:
                raise Failure(f"the mutated tree does not build: {self.path('build.log')}")
            for one in broken:
                self.tell(f"does not compile: {one.file}:{one.line}: {one.mutated}", keep=True)
            self.drawn = [one for one in self.drawn if one not in broken]
        raise Failure(f"the mutated tree does not build: {self.path('build.log')}")

    # ---- state

    def check_state(self, keep_caught):
        """Deletes the results if they are for other sources or tests. With keep_caught, records of
        caught mutants stay."""
        state = digest(*(path.encode() + b"\0" + content
                         for path, content in sorted(self.tree.originals.items())
                         if not path.endswith(".md") and not path.startswith(UNTESTED)),
                       repr([one.name for one in self.drawn]).encode())
        try:
            before = trees.read(self.path("state")).decode()
        except FileNotFoundError:
            before = ""
        if before == state:
            return
        results = records_of(self.path("results.jsonl"))
        for name in ("results.jsonl", "baseline.json"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        if keep_caught:
            names = {one.name for one in self.drawn}
            for record in results:
                if record["status"] in DECIDED and name_of(record) in names:
                    self.append(record)
        elif results:
            self.tell("sources or tests have changed: the run starts over", keep=True)
        with open(self.path("state"), "w", encoding="utf-8") as file:
            file.write(state)

    def append(self, record):
        with open(self.path("results.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")

    # ---- tests without a mutant

    def baseline(self, tests):
        """Returns [(test, {cpu, wall, reached})], the test with the least CPU time first."""
        found = {record["test"]: record for record in records_of(self.path("baseline.json"))}
        missing = [one for one in tests if one.name not in found]
        jobs = [pool.Job(one.name, self.measured(one)) for one in missing]
        self.tell(f"tests without a mutant: 0 of {len(missing)}", 0, len(missing))
        for count, (name, record) in enumerate(pool.run(jobs, self.jobs, self.project.root), 1):
            if record["failed"]:
                raise Failure(f"{name} fails without a mutant: {record['why']}\n{record['said']}")
            found[name] = record
            with open(self.path("baseline.json"), "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            self.tell(f"tests without a mutant: {count} of {len(missing)}", count, len(missing))
        return sorted(((one, found[one.name]) for one in tests), key=lambda one: one[1]["cpu"])

    def measured(self, test):
        """Returns the job that runs a test without a mutant."""

        def measure():
            with tempfile.NamedTemporaryFile(prefix="mutants-") as file:
                file.write(bytes(len(self.numbers) + 1))
                file.flush()
                outcome = running.run(test.command, self.tree.path,
                                      self.environment(MUTANT_REACHED=file.name),
                                      running.Limits(idle=600), test.failure)
                reached = trees.read(file.name)
            return {"test": test.name, "cpu": outcome.cpu, "wall": outcome.wall,
                    "failed": outcome.failed, "why": outcome.why,
                    "said": outcome.said if outcome.failed else "",
                    "reached": [number for number, byte in enumerate(reached) if byte and number]}

        return measure

    def environment(self, **more):
        return dict(os.environ, TIMERBED_SEED=self.seeds[0], **more)

    # ---- mutants

    def run(self, but):
        """Decides the mutants that are not decided yet. `but` names mutants that need no run."""
        found = {name_of(one): one for one in records_of(self.path("results.jsonl"))}
        tests = self.project.tests(self.project.root, self.seeds[0])
        self.last = {area: max((one.stage for one in tests if area in one.areas), default=1)
                     for area in self.project.areas}

        def is_decided(site):
            return site.name in but or site.name in found and (
                found[site.name]["status"] in DECIDED or
                found[site.name]["stage"] >= self.last[self.areas[site.file]])

        if all(is_decided(site) for site in self.drawn):
            return
        self.build()
        for stage in sorted({one.stage for one in tests}):
            waiting = [(self.numbers[site.name], site) for site in self.drawn
                       if not is_decided(site) and stage > found.get(site.name, {}).get("stage", 0)]
            if not waiting:
                continue
            baseline = self.baseline([one for one in tests if one.stage == stage])
            jobs = [pool.Job(site, self.decided(number, site, baseline, stage, found.get(site.name)))
                    for number, site in waiting]
            survived = 0
            self.tell(f"0 of {len(jobs)} mutants", 0, len(jobs))
            for count, (site, record) in enumerate(pool.run(jobs, self.jobs, self.project.root), 1):
                self.append(record)
                found[site.name] = record
                survived += record["status"] not in DECIDED
                self.tell(f"{count} of {len(jobs)} mutants, {survived} not caught", count, len(jobs))

    def records(self, listed):
        """Returns the record of each drawn mutant, also of listed equivalents that did not run."""
        found = {name_of(one): one for one in records_of(self.path("results.jsonl"))}
        for site in self.drawn:
            if listed.verdict(site.name) == "equivalent" and site.name not in found:
                found[site.name] = self.undecided(site)
        return [{**found[site.name], "seeds": self.drawn_by[site.name]}
                for site in self.drawn if site.name in found]

    def undecided(self, site):
        return {**{one: getattr(site, one) for one in (
            "file", "function", "line", "operator", "original", "mutated", "occurrence")},
            "area": self.areas[site.file], "status": "listed", "by": "", "why": "", "reached_by": [],
            "cpu": 0}

    def decided(self, number, site, baseline, stage, before):
        """Returns the job that decides a mutant. `before` is an earlier stage's record, or None."""
        reaching = [(test, seen) for test, seen in baseline
                    if number in seen["reached"] and self.areas[site.file] in test.areas and
                    site.file.startswith(test.only)]

        def decide():
            record = {**(before or self.undecided(site)), "stage": stage}
            record["reached_by"] = record["reached_by"] + [test.name for test, _ in reaching]
            record["status"] = "survived" if record["reached_by"] else "unreached"
            for test, seen in reaching:
                outcome = running.run(test.command, self.tree.path, self.environment(MUTANT=str(number)),
                                      running.Limits.of(seen["cpu"], seen["wall"]), test.failure)
                record["cpu"] = round(record["cpu"] + outcome.cpu, 2)
                if outcome.failed:
                    return {**record, "status": "caught", "by": test.name, "why": outcome.why}
            if not before and self.same_code(site):
                record["status"] = "same code"
            return record

        return decide

    def same_code(self, site):
        """Returns whether the compiler makes the same code from the mutant. No test can catch such
        a mutant."""
        if not site.file.endswith(".c"):
            return False
        original = self.tree.originals[site.file]
        replaced = original[site.start:site.end]
        text = f"({site.text})" if site.kind == "expression" else ";"
        # The code of an assertion contains its line number, so the mutant must have as many lines
        # as the original.
        text = text.encode() + b"\n" * (replaced.count(b"\n") - text.count("\n"))
        mutated = original[:site.start] + text + original[site.end:]
        codes = [subprocess.run(
            ["cc", "-x", "c", "-O2", "-w", *self.project.compiled, "-I", os.path.dirname(site.file), "-S",
             "-", "-o", "-"], cwd=self.project.root, input=source, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, check=False) for source in (original, mutated)]
        return not any(one.returncode for one in codes) and codes[0].stdout == codes[1].stdout
