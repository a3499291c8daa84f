"""What of this project is mutated, how a tree with mutants is built, and what tests it."""

import dataclasses
import glob
import os
import re
import subprocess

# In how many parts of 100 of all mutants: more where there is more code, but some everywhere.
SHARES = {"structures": 30, "loop": 22, "trace": 11, "replay": 9, "run": 13, "passes": 7}
# Beside these, as many more: a mutant of a script costs half a second.
STATISTICS, STATISTICS_SHARE = "statistics", 66

BENCH = ("trace", "replay", "run", "passes")

FOLDERS = {"structures": "structures", "loop": "loop", "trace": "bench/trace", "replay": "bench/replay",
           "run": "bench/run", "passes": "bench/passes"}
COMPILED = ["-std=c17", "-D_GNU_SOURCE", "-I.", "-Iloop/include", "-Ibuild/generated"]
SWITCH = "scripts/mutants/switch"
# It tests workloads, which are not mutated, and takes longer than all others that read traces.
LEFT_OUT = ("workload-steady-test",)


@dataclasses.dataclass(frozen=True)
class Test:
    name: str
    command: tuple
    failure: bytes = None  # how a line begins that says so, for tests that go on after it
    only: str = ""  # how the paths of files begin that it is to test
    areas: tuple = tuple(SHARES)  # what it is to test
    stage: int = 1  # runs for what no test of an earlier stage catches


class Project:
    compiled = COMPILED

    def __init__(self, root, programs, scripts, areas=tuple(SHARES)):
        self.root, self.programs, self.scripts = root, programs, scripts
        self.areas = {area: SHARES[area] for area in areas}

    @staticmethod
    def files(tree):
        """{file: area}"""
        return {os.path.relpath(path, tree): area for area, folder in FOLDERS.items()
                for path in sorted(glob.glob(f"{tree}/{folder}/**/*.[ch]", recursive=True))
                if "/tests/" not in path}

    def sites(self):
        """All places. Generated sources are there: the command was called by make."""
        try:
            import sites  # what follows alone needs libclang
        except ModuleNotFoundError as error:
            raise SystemExit(f"libclang is missing ({error}): "
                             "scripts/setup test installs it") from error
        wanted = self.files(self.root)
        above = os.getcwd()
        os.chdir(self.root)
        try:
            # A unit of the generated ones includes the headers of the replay loop.
            units = [one for one in wanted if one.endswith(".c")] + sorted(
                glob.glob("bench/subjects/*.c")) + sorted(glob.glob("build/generated/inlined/*.c"))[:1]
            return sites.find(units, wanted, self.compiled)
        finally:
            os.chdir(above)

    # ---- building

    def make(self, tree, *words):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
        return subprocess.run(
            ["make", "--no-print-directory", "-C", tree, "-k", "BUILD=build", "WARNINGS=-w",
             f"CPPFLAGS=-include {SWITCH}.h", "LDFLAGS=build/switch.o", *words],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", check=False)

    def build(self, tree, jobs):
        os.makedirs(f"{tree}/build", exist_ok=True)
        subprocess.run(["cc", "-O2", "-fPIC", "-c", f"{SWITCH}.c", "-o", "build/switch.o"], cwd=tree,
                       check=True)
        programs = {word for test in self.tests(tree, "") for word in test.command
                    if word.startswith("build/")}
        if any(test.stage == 2 for test in self.tests(tree, "")):
            programs.add("build/tests/timerbed-broken")
        return self.make(tree, f"-j{jobs}", *sorted(programs))

    # ---- tests

    def tests(self, tree, seed):
        """Those that test an area of the run. The cheapest need not come first."""
        found = [Test(name, (f"build/tests/{name}",), areas=tested_by(tree, name))
                 for name in self.programs if name not in LEFT_OUT]
        found += [Test(f"conformance -t {name}", ("build/tests/conformance", "-s", seed, "-t", name),
                       b"FAILED", only, ("structures",)) for name, only in structures(tree)]
        for script in self.scripts:
            for program in ("build/timerbed", "build/timerbed-sanitized"):
                with open(os.path.join(tree, script), encoding="utf-8") as file:
                    also = re.search("^# also: sanitized$", file.read(), re.MULTILINE)
                if program == "build/timerbed" or also:
                    found.append(Test(f"{script} {program}", (f"./{script}", program), b"FAILED",
                                      areas=BENCH, stage=2))
        return [one for one in found if set(one.areas) & set(self.areas)]


def tested_by(tree, name):
    """What a program of structures/tests, loop/tests or bench/tests is to test: the loop's fire timers."""
    if os.path.exists(f"{tree}/bench/tests/{name}.c"):
        return BENCH
    return ("structures", "loop") if os.path.exists(f"{tree}/loop/tests/{name}.c") else ("structures",)


def structures(tree):
    """(name, beginning of paths) for the conformance suite: each structure with its default settings,
    and with all; a wrapper over each structure that does not put timers off by itself, for the sake of
    the wrapper."""
    texts = {}
    for path in sorted(glob.glob(f"{tree}/structures/*.c")):
        with open(path, encoding="utf-8") as file:
            texts[os.path.basename(path)[:-2]] = file.read()

    def has(name, field):
        return re.search(rf"^\s*\.{field}", texts[name], re.MULTILINE)

    plain = [name for name in texts if not has(name, "create_over")]
    return [(f"{name}{end}", "") for end in (":", "") for name in plain] + [
        (f"{outer}:{name}", f"structures/{outer}.c") for outer in texts if outer not in plain
        for name in plain if not has(name, "puts_off")]
