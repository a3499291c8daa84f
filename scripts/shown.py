"""Which subjects a figure shows, in which order, and which of them are bold."""

import inference
import records

FIRST_FOUR = ("binary-heap", "quad-heap", "hierarchical-wheel", "common-timeout")


def structures(run, standings):
    """Returns the subjects that the standings compare, in the order of a figure's key.

    They are ordered by accuracy; the first four and then names decide ties.
    """
    names = {line.subject.name for standing in standings for line in standing.lines
             if line.subject.compared}
    order = {pair: place for place, pair in enumerate(inference.accuracies(standings))}
    return sorted((run.subjects[name] for name in names), key=lambda subject: (
        order[subject.accuracy],
        FIRST_FOUR.index(subject.name) if subject.name in FIRST_FOUR else len(FIRST_FOUR),
        subject.name))


def prominent(run, standings, most):
    """Returns the set of names that are drawn boldly, at most `most`.

    If there are more subjects, the baseline comes first, then FIRST_FOUR, then the subjects that
    cost least at the largest n of most workloads.
    """
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
