"""Reads and indexes a run: a folder that `timerbed run` writes.

A run contains env.json (the machine), experiment.ini (the settings) and cells.jsonl (the
measurements). cells.jsonl.zst is cells.jsonl compressed. Each line is a record: a JSON object.

  subject  something that is measured: a structure, a loop, a yardstick or a control
  cell     (experiment, workload or workload/phase, n, dispatch, pass), with all subjects
  block    one input of a cell: (seed, trace_hash). All subjects of a block replayed the same bytes
  row      one subject's measurement in one block

Other modules compute ratios between rows of one block, so the index is by block, and this module
does not average over blocks. New versions may add keys to the records, so unknown keys are kept and
ignored.
"""

import configparser
import copy
import functools
import gc
import json
import os
from typing import NamedTuple

import console
import experiments
import passes
import provenance
import record_lines
from record_lines import cells_path

SCHEMA = 1

# The keys whose values must be numbers or null.
_NUMBERS = record_lines.Numbers(
    frozenset(("tick_ns", "fraction", "cell_seconds", "wall_ns_per_op", "armed_peak") + tuple(
        key for one in passes.PASSES.values() for key in one.from_0)),
    frozenset(key for one in passes.PASSES.values() for key in one.signed))

# {family: possible baselines}. Subjects of one family may be compared with each other. The baseline
# is the first of these that the run has.
FAMILIES = {"structures": ("binary-heap",), "loops": ("libevent", "loop:binary-heap@epoll")}
LOOPS = ("loop", "library")  # the kinds of the family loops

# {setting that changes what is measured: its value in records without the setting}. The bench
# writes this table to env.json as `variants`. BEFORE is the table for older runs, which lack it.
BEFORE = {"stride": "64", "cold": "0", "pages": "small"}

EXACT = ("exact", "by deadline")


class Cell(NamedTuple):
    experiment: str
    workload: str
    n: int
    dispatch: str
    measured: str  # the pass; "pass" is a Python keyword


class Failure(NamedTuple):
    subject: str
    status: str
    workload: str
    n: int
    measured: str
    dispatch: str
    outcome: str


class Subject:
    """A measured subject: its name, its kind and how accurately it fires."""

    def __init__(self, record):
        self.name = record["subject"]
        self.kind = record.get("kind", "structure")
        self.when = record.get("when", "exact")
        self.ordering = record.get("ordering", "by deadline")
        self.tick = record.get("tick_ns") or 0
        self.fraction = record.get("fraction") or 0

    @property
    def accuracy(self):
        """Returns (when, ordering). Subjects are ranked among those of equal accuracy."""
        return (self.when, self.ordering)

    @property
    def label(self):
        """Returns the accuracy in words, with the tick or the late fraction if it is known."""
        size = ""
        if self.when == "to a tick" and self.tick:
            size = f" of {duration(self.tick)}"
        elif self.when == "late fraction" and self.fraction:
            size = f" {100 * self.fraction:g} %"
        return f"{self.when}{size}, {self.ordering}"

    @property
    def compared(self):
        """Returns whether it is a structure, loop or library, and not a yardstick or a control."""
        return self.kind == "structure" or self.kind in LOOPS

    @property
    def family(self):
        target = self.control_of
        if target:
            return "loops" if target.startswith(("loop:", "libevent")) else "structures"
        return "loops" if self.kind in LOOPS else "structures"

    @property
    def control_of(self):
        """Returns the name of the structure that a null control repeats, or None."""
        if self.kind == "control" and ":" in self.name:
            return self.name.split(":", 1)[1]
        return None


class Run:
    """A run folder, indexed.

    cells     {Cell: {subject: {block: [row, ...]}}}, with only the rows whose outcome is ok
    subjects  {name: Subject}
    failures  [Failure, ...], with each record whose outcome is not ok
    notes     lines of text about unusual properties of the data, for the user
    mixed     {(subject, pass, dispatch): "2 versions of its code"}, with records that may not be
              compared because they are of different code, flags, compilers or libraries
    variants  {setting: its default}. If a setting varies within an experiment, it becomes part of
              the workload's name, so that the setting's values are different cells
    family    "structures" or "loops", or None if the run has both, see parts()
    places    {Cell: its place in a map}, as recorded
    kept      results that other modules cache

    The argument needed(run, measured) serves to read only some of the measurements. It is called
    before any measurement is read, so `cells` is empty. `measured` are the records whose outcome is
    ok. It returns a function that returns whether a record must be read to its end. The other
    records are not in `cells`. Without `needed`, all measurements are read.
    """

    def __init__(self, folder, needed=None):
        self.folder = folder
        self.notes = []
        self.environment = self._read_environment()
        self.variants = self._read_variants()
        self.settings = _read_text(os.path.join(folder, "experiment.ini"))
        lines = list(self._latest(self._read_lines(record_lines.begin if needed else _read_whole)))
        self.records = [record for record, _ in lines]
        self.subjects = {}
        self.cells = {}
        self.places = {}
        self.failures = []
        self._asides = {}  # {experiment: the values of `aside` in its records}
        self.kept = {}  # results that other modules cache
        self._introduce()
        measured = [record for record in self.records if outcome(record) == "ok"]
        self._provenance = provenance.Provenance(measured)
        self.mixed = self._provenance.mixed()
        self._note_mixed()
        self._index(self._finish(lines, needed(self, measured)) if needed else self.records)

    def _note_mixed(self):
        groups = {}
        for (name, _, _), words in self.mixed.items():
            groups.setdefault(words, set()).add(name)
        for words, names in groups.items():
            names = sorted(names)
            shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            self.notes.append(f"measured from {words}: {shown}")

    def stale(self, subject, measured):
        """Returns whether the subject's code or flags in the present build differ from the measured
        ones, or None if that is not known.
        """
        return self._provenance.stale(subject, measured)

    def hashes(self, subject, measured):
        """Returns the set of the hashes of a subject's code and flags in a pass."""
        return self._provenance.recorded(subject, measured)

    def doubts(self, subjects, measured, dispatches=("vtable", "inline")):
        """Returns the reasons why the subjects should not be compared, as a list of texts.

        The list is empty if the records of each subject are of the same code and all subjects were
        built alike.
        """
        result = [f"{name} was measured from {words} ({dispatch})"
                  for (name, of_pass, dispatch), words in self.mixed.items()
                  if name in subjects and of_pass == measured and dispatch in dispatches]
        words = self._provenance.apart(subjects, measured, dispatches)
        return result or ([f"they were built with {words}"] if words else [])

    @property
    def family(self):
        families = {subject.family for subject in self.subjects.values()}
        return families.pop() if len(families) == 1 else None

    @property
    def baseline(self):
        """Returns the name of the default baseline. The run may lack this subject."""
        candidates = FAMILIES[self.family or "structures"]
        return next((name for name in candidates if name in self.subjects), candidates[0])

    @functools.cached_property
    def _ini(self):
        """Returns experiment.ini parsed, or an empty parser if it has a syntax error."""
        ini = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
        try:
            ini.read_string(self.settings)
        except configparser.Error:
            ini.clear()
        return ini

    def setting(self, key):
        """Returns the value of a key of [experiment] in experiment.ini, or None."""
        return self._ini.get("experiment", key, fallback=None)

    @functools.cached_property
    def sections(self):
        """Returns [(section, {key: [word, ...]}), ...] of the groups of cells in experiment.ini."""
        return [(name, {key: (value or "").split() for key, value in self._ini.items(name)})
                for name in self._ini.sections() if name != "experiment"]

    def parts(self):
        """Returns the run as a list of runs of one family each, as families are not compared."""
        if self.family:
            return [self]
        if "parts" not in self.kept:
            self.kept["parts"] = [self._part(family) for family in FAMILIES]
        return self.kept["parts"]

    def _part(self, family):
        names = {name for name, subject in self.subjects.items() if subject.family == family}
        part = copy.copy(self)
        part.kept = {}
        part.mixed = {of: words for of, words in self.mixed.items() if of[0] in names}
        part.subjects = {name: self.subjects[name] for name in names}
        part.records = [record for record in self.records if record["subject"] in names]
        part.failures = [failure for failure in self.failures if failure.subject in names]
        part.cells = {}
        for cell, subjects in self.cells.items():
            chosen = {name: blocks for name, blocks in subjects.items() if name in names}
            if chosen:
                part.cells[cell] = chosen
        return part

    def _read_environment(self):
        text = _read_text(os.path.join(self.folder, "env.json"))
        if not text:
            self.notes.append("env.json is missing: the machine is not known")
            return {}
        try:
            environment = json.loads(text)
        except ValueError as error:
            self.notes.append(f"env.json is not JSON ({error}): the machine is not known")
            return {}
        return environment if isinstance(environment, dict) else {}

    def _read_variants(self):
        said = self.environment.pop("variants", None)
        return said if isinstance(said, dict) else BEFORE

    def _read_lines(self, read):
        """Yields the result of read() for each line. Notes and skips unreadable lines.

        If `timerbed run` is still writing the file, the last line may be incomplete.
        """
        path = cells_path(self.folder)
        name = os.path.basename(path)
        for number, line in enumerate(record_lines.lines(path), 1):
            if not line.strip():
                continue
            try:
                record, rest = read(line, _NUMBERS)
            except record_lines.Unreadable as why:
                what = f"unreadable ({why})" if line.endswith("\n") else "unfinished"
                self.notes.append(f"{name} line {number} is {what} and was ignored")
                continue
            if record.get("schema", SCHEMA) != SCHEMA:
                self.notes.append(
                    f"{name} line {number} has schema {record['schema']}, not {SCHEMA}")
            yield record, rest

    def _latest(self, lines):
        """Returns the last line of each measurement. A resumed run repeats failed measurements, so
        the file may have several lines of one.
        """
        keys = ("experiment", "subject", "workload", "n", "dispatch", "pass", "seed", "replicate",
                "trace_hash")
        latest = {}
        for line in lines:
            get = line[0].get
            # A setting may have any type, so settings are compared as texts.
            latest[*map(get, keys), *map(str, map(get, self.variants))] = line
        return latest.values()

    def _introduce(self):
        """Sets `subjects` and `_asides`, for which the measurements are not needed."""
        for record in self.records:
            name = record["subject"]
            if name not in self.subjects:
                self.subjects[name] = Subject(record)
            if record.get("aside"):
                self._asides.setdefault(record.get("experiment", ""), set()).add(record["aside"])

    def _finish(self, lines, wanted):
        """Reads the measurements of the wanted records. Returns the records that are whole."""
        whole = []
        for place, (record, rest) in enumerate(lines):
            if not rest or wanted(record):
                self.records[place] = record_lines.finish(record, rest, _NUMBERS) if rest else record
                whole.append(self.records[place])
        return whole

    def _index(self, records):
        varying = self._varying()
        for record in records:
            name, experiment = record["subject"], record.get("experiment", "")
            suffix = "".join(f" {key}={record[key]}" for key in varying[experiment]
                             if key in record)
            if outcome(record) != "ok":
                self.failures.append(Failure(
                    name, record.get("status", "no status"), record["workload"] + suffix,
                    record["n"], record.get("pass", "time"), record.get("dispatch", "vtable"),
                    outcome(record)))
                continue
            if record.get("early") is not None and record.get("fired"):
                record["early_share"] = record["early"] / record["fired"]
            if record.get("armed_after_peak") is not None and record.get("armed_peak"):
                record["after_peak_per_timer"] = record["armed_after_peak"] / record["armed_peak"]
            for row in _by_phase(record):
                cell = Cell(experiment, row["workload"] + suffix, record["n"],
                            record.get("dispatch", "vtable"), record.get("pass", "time"))
                block = (record.get("seed", 0), record.get("trace_hash", ""))
                if record.get("map"):
                    self.places.setdefault(cell, record["map"])
                subjects = self.cells.setdefault(cell, {})
                subjects.setdefault(name, {}).setdefault(block, []).append(row)

    def _varying(self):
        """Returns {experiment: [setting that varies in it, ...]}."""
        found = {}
        for record in self.records:
            found.setdefault(record.get("experiment", ""), set()).add(tuple(
                map(str, map(record.get, self.variants, self.variants.values()))))
        return {experiment: [key for key, values in zip(self.variants, zip(*combinations))
                             if len(set(values)) > 1]
                for experiment, combinations in found.items()}

    def aside(self, experiment):
        """Returns whether the experiment has a setting `aside` other than "no".

        Such an experiment answers a single question or makes a point. The answer of a run does not
        count its cells. The setting is read from the records, otherwise from experiment.ini. If
        neither has it, as in older runs, it is read from the project's file of the experiment.
        """
        key = ("aside", experiment)
        if key not in self.kept:
            said = self._asides.get(experiment) or {
                word for name, settings in self.sections if name.split(".")[0] == experiment
                for word in settings.get("aside", ())} or {experiments.aside(experiment)}
            self.kept[key] = said != {"no"}
        return self.kept[key]

    def select(self, measured):
        """Returns the cells of a pass by dispatch (vtable first), experiment, workload and n.

        The order of the records is random.
        """
        chosen = [cell for cell in self.cells if cell.measured == measured]
        return sorted(chosen, key=lambda cell: (cell.dispatch != "vtable", cell.dispatch,
                                                cell.experiment, cell.workload, cell.n))

    def passes(self):
        present = {measured for subject, measured, _ in self._provenance.found
                   if subject in self.subjects}
        return [name for name in passes.PASSES if name in present]

    def dispatches(self, measured):
        present = {cell.dispatch for cell in self.cells if cell.measured == measured}
        return sorted(present, key=lambda word: (word != "vtable", word))

    def report_notes(self):
        """Prints the notes on standard error, as standard output is for data only."""
        for note in self.notes:
            console.say(f"{self.folder}: {note}")


def outcome(record):
    """Returns the outcome of a record: ok, wrong, failed, too slow or left out.

    Older records have only a status, from which the outcome is derived.
    """
    if record.get("outcome"):
        return record["outcome"]
    status = str(record.get("status"))
    if status.startswith("beyond the "):
        return "left out"
    return status if status in ("ok", "too slow") else "failed"


def _by_phase(record):
    """Returns the rows of a record: one for each phase if it has several, otherwise the record.

    A mean over different phases, such as filling and draining, would describe neither.
    """
    phases = record.get("phases") or []
    if len(phases) < 2:
        return [record]
    return [{**record, **phase, "workload": f"{record['workload']}/{phase.get('name', '?')}"}
            for phase in phases]


def _read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def is_run(folder):
    return os.path.isfile(cells_path(folder))


def open_run(folder, needed=None):
    """Returns the Run in a folder. `needed` is the argument of Run.

    If the folder has no readable run, prints one line and ends the program with status 1.
    """
    if not os.path.isdir(folder):
        console.fail(f"{folder}: no such folder")
    if not is_run(folder):
        console.fail(f"{folder}: not a run: it has no cells.jsonl")
    # Records are not garbage, and each search for garbage would visit all that have been read.
    gc.disable()
    try:
        run = _run(folder, needed)
    except (OSError, record_lines.Unreadable) as error:
        console.fail(f"{cells_path(folder)}: {getattr(error, 'strerror', None) or error}")
    finally:
        gc.freeze()
        gc.enable()
    run.report_notes()
    return run


def _run(folder, needed):
    try:
        return Run(folder, needed)
    except record_lines.CloserLook:
        return Run(folder)


def _read_whole(line, numbers):
    return record_lines.read(line, numbers), ""


# ------------------------------------------------------------------------- numbers as people write

def count(n):
    """Returns n in the notation of the command line: 1e6, 2.5e3, or 1234 as 1234."""
    text = str(int(n))
    zeros = len(text) - len(text.rstrip("0"))
    if len(text) > 3 and len(text) - zeros <= 2:
        head = text[:len(text) - zeros]
        return f"{head[0]}{'.' + head[1] if len(head) > 1 else ''}e{len(text) - 1}"
    return text


def significant(value, digits=3):
    """Returns the value without an exponent and with about `digits` significant digits.

    For example 3210, 321, 32.1, 3.21, 0.32 and 0.032.
    """
    if value == 0:
        return "0"
    decimals = digits - 1
    while decimals > 0 and abs(value) >= 10 ** (digits - decimals):
        decimals -= 1
    while decimals < 9 and abs(value) < 10.0 ** (1 - decimals):
        decimals += 1
    return f"{value:.{decimals}f}"


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1)):
        if ns >= size or size == 1:
            text = significant(ns / size)
            return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"
