"""The subjects that a figure shows: their order, and which are bold."""

import inference
import records

FIRST_FOUR = ("binary-heap", "quad-heap", "hierarchical-wheel", "common-timeout")


def structures(run, standings):
    """The subjects that some standings compare, in the order of a figure's key: exact ones first."""
    names = {line.subject.name for standing in standings for line in standing.lines
             if line.subject.compared}
    order = {pair: place for place, pair in enumerate(inference.accuracies(standings))}
    return sorted((run.subjects[name] for name in names), key=lambda subject: (
        order[subject.accuracy],
        FIRST_FOUR.index(subject.name) if subject.name in FIRST_FOUR else len(FIRST_FOUR),
        subject.name))


def prominent(run, standings, most):
    """The names that are drawn boldly: all if they are few; else the baseline and the first four,
    and those that cost least somewhere, the more often the sooner."""
    subjects = structures(run, standings)
    if len(subjects) <= most:
        return {subject.name for subject in subjects}
    wins = {}
    for standing in inference.largest(standings).values():
        for line in standing.lines:
            if line.place == "first":
                weight = 1 if line.subject.accuracy == records.EXACT else 0.1
                wins[line.subject.name] = wins.get(line.subject.name, 0) + weight
    ranked = sorted(subjects, key=lambda subject: (
        subject.name != run.baseline, subject.name not in FIRST_FOUR,
        -wins.get(subject.name, 0), subject.name))
    return {subject.name for subject in ranked[:most]}
