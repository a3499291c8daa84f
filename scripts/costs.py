#!/usr/bin/python3
"""Prints the table of costs from which `timerbed run` estimates how long a run takes.

    make costs                                   from the committed runs
    scripts/costs.py RUN... > costs.tsv          from these

The columns are a kind, a pass, a name, a number of timers and a value:

  fixed   PASS   *        0  ns that a cell takes beside its entries: the fastest cell of the pass
  rate    PASS   SUBJECT  N  ns for one entry of the trace in one repeat; * is the mean over all samples
  factor  PASS   WORKLOAD 0  the cost of an entry of the workload relative to the average entry
  bytes   memory SUBJECT  N  the most bytes per timer beside struct timer; * is the most of any subject
  rate    trace  *        N  ns per entry to open a trace or to generate it

A trace has n + operations entries. A structure with options (X:tick=1ms) counts as X. A
wrapped structure keeps its whole name (lazy:X:tick=1ms).
"""

import math

import console
import records

TRACE = "trace"


class Sample:
    """One record: the time that its cell took, and the entries that were replayed in that time."""

    def __init__(self, record):
        self.measured = record["pass"]
        self.subject = plain(record["subject"])
        self.workload = record["workload"]
        self.n = record["n"]
        self.ns = record["cell_seconds"] * 1e9
        self.trace_ns = record.get("trace_seconds", math.nan) * 1e9
        self.trace_entries = record["n"] + operations(record)
        repeats = len(record.get("samples_ns") or ()) or record.get("repeats") or 1
        self.entries = repeats * self.trace_entries


def operations(record):
    """Returns the number of operations for which the trace was made.

    Older records have only the number of operations in the trace. Returns None if there is neither.
    """
    if record.get("least_operations"):
        return max(record["operations"] * record["n"], record["least_operations"])
    return record.get("ops") or record.get("messages") or record.get("fired")


def plain(subject):
    """Returns a subject's name without options. lazy:X and loop:X@epoll are unchanged."""
    head, _, options = subject.partition(":")
    return head if "=" in options and ":" not in options else subject


def read(folders):
    samples = []
    for folder in folders:
        for record in records.open_run(folder).records:
            if record.get("status") == "ok" and record.get("cell_seconds") and operations(record):
                samples.append(Sample(record))
    return samples


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def grouped(samples, key):
    result = {}
    for sample in samples:
        result.setdefault(key(sample), []).append(sample)
    return result


def rows_of_pass(measured, samples):
    """Yields the rows of one pass: the fixed time, a rate per subject and n, a factor per workload.

    Rates and factors are fitted in turn. A rate is the mean over samples of an entry's time divided
    by its workload's factor.
    """
    fixed = min(sample.ns for sample in samples)
    ns = {sample: (sample.ns - fixed) / sample.entries for sample in samples}
    factors = {sample.workload: 1.0 for sample in samples}
    rates = {}
    for _ in range(10):
        rates = {key: mean(ns[one] / factors[one.workload] for one in of)
                 for key, of in grouped(samples, lambda one: (one.subject, one.n)).items()}
        factors = {workload: sum(ns[one] for one in of)
                   / (sum(rates[one.subject, one.n] for one in of) or 1.0) or 1.0
                   for workload, of in grouped(samples, lambda one: one.workload).items()}
    yield "fixed", measured, "*", 0, fixed
    for (subject, n), rate in rates.items():
        yield "rate", measured, subject, n, rate
    for n, of in grouped(samples, lambda one: one.n).items():
        yield "rate", measured, "*", n, mean(rates[one.subject, n] for one in of)
    for workload, factor in factors.items():
        yield "factor", measured, workload, 0, factor


def rows_of_traces(samples):
    """Yields the rows of opening traces, from records that have the time. It includes the fixed
    time."""
    known = [sample for sample in samples if not math.isnan(sample.trace_ns)]
    for n, of in grouped(known, lambda one: one.n).items():
        yield "rate", TRACE, "*", n, mean(one.trace_ns / one.trace_entries for one in of)
    if known:
        yield "fixed", TRACE, "*", 0, 0.0


def rows_of_footprints(folders):
    most = {}  # {(name, n): bytes}, by n: a fixed amount counts more per timer if timers are few
    for folder in folders:
        for record in records.open_run(folder).records:
            if record.get("bytes_per_timer") is not None:
                for name in (plain(record["subject"]), "*"):
                    of = name, record["n"]
                    most[of] = max(most.get(of, 0.0), record["bytes_per_timer"])
    for (name, n), value in most.items():
        yield "bytes", "memory", name, n, value


def main():
    parser = console.Parser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    arguments = parser.parse_args()
    samples = read(arguments.runs)
    rows = list(rows_of_traces(samples)) + list(rows_of_footprints(arguments.runs))
    for measured, of in grouped(samples, lambda one: one.measured).items():
        rows += rows_of_pass(measured, of)
    print("# Made by scripts/costs.py from", " ".join(arguments.runs))
    for kind, measured, name, n, value in sorted(rows):
        print(kind, measured, name, n, f"{value:.4g}", sep="\t")


if __name__ == "__main__":
    console.run(main)
