"""Which code is mutated, how a tree with mutants is built, and which tests run on it."""

import dataclasses
import glob
import os
import re
import subprocess

# The percentage of mutants for each area. An area with more code has more, and each area has some.
SHARES = {"structures": 30, "loop": 22, "trace": 11, "replay": 9, "run": 13, "passes": 7}
# Mutants of the scripts are drawn in addition: STATISTICS_SHARE of them for each 100 others. Their
# tests are fast.
STATISTICS, STATISTICS_SHARE = "statistics", 66

BENCH = ("trace", "replay", "run", "passes")

FOLDERS = {"structures": "structures", "loop": "loop", "trace": "bench/trace", "replay": "bench/replay",
           "run": "bench/run", "passes": "bench/passes"}
COMPILED = ["-std=c17", "-D_GNU_SOURCE", "-I.", "-Iloop/include", "-Ibuild/generated"]
SWITCH = "scripts/mutants/switch"
# A slow test of the workloads. Workloads are not mutated.
LEFT_OUT = ("unsanitized-workload-steady-test",)


@dataclasses.dataclass(frozen=True)
class Test:
    name: str
    command: tuple
    failure: bytes = None  # how a line begins that reports a failure, if the test goes on after it
    only: str = ""  # the test is for mutants in files whose paths begin with this
    areas: tuple = tuple(SHARES)  # the test is for mutants in these areas
    stage: int = 1  # the test runs on mutants that no test of an earlier stage has caught


class Project:
    compiled = COMPILED

    def __init__(self, root, programs, scripts, areas=tuple(SHARES)):
        self.root, self.programs, self.scripts = root, programs, scripts
        self.areas = {area: SHARES[area] for area in areas}

    @staticmethod
    def files(tree):
        """Returns {file: area}. Tests and the templates of exports are left out."""
        return {os.path.relpath(path, tree): area for area, folder in FOLDERS.items()
                for path in sorted(glob.glob(f"{tree}/{folder}/**/*.[ch]", recursive=True))
                if "/tests/" not in path and "/export/" not in path}

    def sites(self):
        """Returns all sites. The generated sources must exist; make ensures that."""
        try:
            import sites  # only this module needs libclang
        except ModuleNotFoundError as error:
            raise SystemExit(f"{error}: scripts/setup test installs it") from error
        wanted = self.files(self.root)
        above = os.getcwd()
        os.chdir(self.root)
        try:
            # One generated unit is enough: it includes the headers of the replay loop.
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
        """Returns the tests for the areas of the run, in any order."""
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
    """Returns the areas that a test program is for, by the folder of its source. Tests of the loop
    are for the structures, too, because they fire timers."""
    if os.path.exists(f"{tree}/bench/tests/{name}.c"):
        return BENCH
    return ("structures", "loop") if os.path.exists(f"{tree}/loop/tests/{name}.c") else ("structures",)


def structures(tree):
    """Returns (name, beginning of paths) for each run of the conformance suite.

    Each plain structure runs once with its default settings and once with all settings. Each
    wrapped structure that is compiled into the replay loop runs too, and each wrapper over
    kernel-wheel, which may be late by a fraction of the interval. These runs are only for mutants
    of the outermost wrapper.
    """
    plain = sorted(os.path.basename(path)[:-2] for path in glob.glob(f"{tree}/structures/*.c"))
    with open(f"{tree}/structures/wrappers/combinations", encoding="utf-8") as file:
        wrapped = [row.strip() for row in file if not row.startswith("#")]
    wrapped += [f"{os.path.basename(path)[:-2]}:kernel-wheel"
                for path in sorted(glob.glob(f"{tree}/structures/wrappers/*.c"))]
    return [(f"{name}{end}", "") for end in (":", "") for name in plain] + [
        (name, f"structures/wrappers/{name.partition(':')[0]}") for name in wrapped]
