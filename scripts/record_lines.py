"""The lines of a run's cells.jsonl or cells.jsonl.zst, each checked as it is read.

A line that was made by hand or cut short is refused with the reason, so that no later code has to
check types.

A run has some ten thousand lines, and most scripts need the measurements of a few. So a line can be
read in two steps. Of lines that are not finished, the measurements are not checked.
"""

import functools
import itertools
import json
import os
import subprocess
from typing import NamedTuple


class Unreadable(ValueError):
    """Why a line is no record, or why a file can't be read."""


class Numbers(NamedTuple):
    """The keys whose values are numbers, wherever a record has them and not null."""

    from_0: frozenset  # numbers of at least 0
    signed: frozenset = frozenset()


# Every count and every time in ns fits 64 bits.
LARGEST = 2.0 ** 64
DIGITS = 20

# The keys of a record that must be of a type wherever they are present.
TEXTS = ("experiment", "subject", "kind", "when", "ordering", "dispatch", "workload", "pass",
         "block", "trace_hash", "source_hash", "status", "outcome", "compiler", "flags", "libc",
         "library", "aside")
WHOLE = ("schema", "n", "seed", "replicate", "fired", "expected", "overtaken", "early", "ops")
NEEDED = ("subject", "workload", "n")


def cells_path(folder):
    """The path of a run's records: cells.jsonl, or the compressed file that a kept run has instead."""
    plain = os.path.join(folder, "cells.jsonl")
    kept = plain + ".zst"
    return kept if os.path.isfile(kept) and not os.path.isfile(plain) else plain


def lines(path):
    """The lines of a file, which may be compressed. Raises Unreadable for one that is damaged."""
    if not path.endswith(".zst"):
        with open(path, encoding="utf-8", errors="replace") as file:
            yield from file
        return
    try:
        reader = subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"zstd can't be started: {error.strerror}") from error
    with reader:
        yield from reader.stdout
        complaint = reader.stderr.read()
    if reader.returncode:
        raise Unreadable(complaint.splitlines()[-1] if complaint else "zstd failed")


def read(line, numbers):
    """The record of one line; raises Unreadable. `numbers` is a Numbers."""
    record = _read_quickly(line, numbers)
    return _read_slowly(line, numbers) if record is None else record


def begin(line, numbers):
    """(record, rest): a line whose status is ok, as far as its measurements, and the text of these for
    finish(). Of any other line (its whole record, ""). Raises Unreadable.
    """
    try:
        record, rest = _halves(line, numbers)
    except CloserLook:
        return read(line, numbers), ""
    if not all(map(record.__contains__, NEEDED)) or rest and _MEASURED not in rest:
        return read(line, numbers), ""
    if rest:
        record["status"] = "ok"
    return record, rest


def finish(begun, rest, numbers):
    """The whole record of a line that has been begun. Raises CloserLook."""
    measured = _object(rest, numbers)
    record = {**begun, **measured}
    if len(begun) + len(measured) - len(record) > ("status" in begun):
        raise CloserLook
    return record


class CloserLook(Unreadable):
    """A line may be right or wrong, and read() will tell."""


_WHOLE = frozenset(WHOLE)
_TEXTS = frozenset((*TEXTS, "name"))
_SAFE = 10 ** 18  # numbers below this need no second look
_DIFFERENT = 10000  # texts and shapes that are kept: more than any run has
_MEASURED = '"status":"ok"'


def _read_quickly(line, numbers):
    """The record of a line like those that the bench writes; None for a line that needs a closer look,
    whether it turns out right or not.
    """
    try:
        head, rest = _halves(line, numbers)
        record = finish(head, rest, numbers) if rest else head
    except CloserLook:
        return None
    return record if all(map(record.__contains__, NEEDED)) else None


def _halves(line, numbers):
    """(what a line says before its measurements, the text of an object with the rest). Where the keys
    do not have the order in which the bench writes them, (the whole record, ""). Raises CloserLook.

    The first half is of parts that come again in many lines. Each is decoded once.
    """
    subject, _, rest = line.partition(',"workload":')
    work, _, rest = rest.partition(',"order":')
    order, _, rest = rest.partition(',"block":')
    block, _, rest = rest.partition(',"source_hash":')
    code, _, rest = rest.partition(',"load":')
    if not rest:
        return _object(line, numbers), ""
    order, _, place = order.partition(",")
    code, seconds, trace = code.partition(',"trace_seconds":')
    measured, _, machine = rest.rpartition(',"governor":')
    if not order.isdecimal():
        raise CloserLook
    # Once the words on the machine stood last. Now they stand with those on the code.
    tail, machine = (measured + "}", f'{{"governor":{machine}') if measured else (rest, "{}")
    parts = [_object_again(text, numbers) for text in (
        subject + "}", f'{{"workload":{work}}}', f"{{{place}}}", f'{{"block":{block}}}',
        f'{{"source_hash":{code}}}', machine)]
    head = {**parts[0], **parts[1], **parts[2], **parts[3], **parts[4], **parts[5]}
    if len(head) < sum(map(len, parts)) or "status" in head:
        raise CloserLook  # the last of two values of one key counts, wherever it stands
    rest = f'{{"order":{order}{seconds}{trace},"load":{tail}'
    return head, rest


def _object(text, numbers):
    """The object of a text, if each of its values is surely of the type that its key asks for, and of a
    size that may be measured. Raises CloserLook if not.

    The decoder does not call Python for each number here, which would take most of the time.
    """
    try:
        record = _decode_quickly(text)
        phases = record.get("phases") or ()
        values = [*record.values(), *_chain(map(dict.values, phases))]
        shape = _shape((*record, *_chain(phases)), tuple(map(type, values)), numbers)
    except (ValueError, RecursionError, TypeError, AttributeError):
        raise CloserLook from None
    if not (shape and _fit(values, shape)):
        raise CloserLook
    return record


_chain = itertools.chain.from_iterable
_object_again = functools.lru_cache(_DIFFERENT)(_object)


class _Shape(NamedTuple):
    """What objects share that have the same keys, with values of the same types: for each value in
    order, whether it is a number, a number that may not be below 0, a list or an object.
    """

    measured: tuple
    from_0: tuple
    nested: tuple


@functools.lru_cache(_DIFFERENT)
def _shape(keys, types, numbers):
    """The shape of an object and its phases; None where a value may be of another type than its key
    asks for.
    """
    if keys.count("phases") > 1:
        return None
    for key, kind in zip(keys, types):
        if key in _TEXTS and kind is not str or key in _WHOLE and kind is not int \
                or (key in numbers.from_0 or key in numbers.signed) \
                and kind not in (int, float, type(None)):
            return None
    measured = tuple(kind in (int, float) for kind in types)
    return _Shape(measured,
                  tuple(number and (key in _WHOLE or key in numbers.from_0)
                        for key, number in zip(keys, measured)),
                  # The values of the phases stand beside the record's.
                  tuple(kind in (list, dict) and key != "phases" for key, kind in zip(keys, types)))


def _fit(values, shape):
    """Whether the numbers in values of that shape are of a size that may be measured."""
    measured = tuple(itertools.compress(values, shape.measured))
    if measured and not (max(measured) < _SAFE and (
            min(measured) >= 0 or min(measured) > -_SAFE
            and min(itertools.compress(values, shape.from_0), default=0) >= 0)):
        return False
    return all(map(_is_small, itertools.compress(values, shape.nested)))


def _is_small(value):
    """Whether all numbers in it are of a size that may have been measured."""
    kind = type(value)
    if kind is float or kind is int:
        return -_SAFE < value < _SAFE
    if kind is list:
        return all(map(_is_small, value))
    return kind is not dict or all(map(_is_small, value.values()))


def _read_slowly(line, numbers):
    """The record of one line, and the reason if it is none."""
    try:
        record = _decode(line)
    except RecursionError:
        raise Unreadable("its brackets are nested too deeply") from None
    except Unreadable:
        raise
    except ValueError:
        raise Unreadable("not JSON") from None
    if not isinstance(record, dict):
        raise Unreadable("not a JSON object")
    for key in NEEDED:
        if key not in record:
            raise Unreadable(f"{key} is missing")
    _check(record, numbers)
    phases = record.get("phases") or []
    if not isinstance(phases, list) or not all(isinstance(phase, dict) for phase in phases):
        raise Unreadable("phases is not a list of objects")
    for phase in phases:
        if not isinstance(phase.get("name", ""), str):
            raise Unreadable("the name of a phase is not text")
        _check(phase, numbers)
    return record


def _check(record, numbers):
    """Raises Unreadable for the first key whose value is not of its type."""
    for key in TEXTS:
        if not isinstance(record.get(key, ""), str):
            raise Unreadable(f"{key} is not text")
    for key in WHOLE:
        value = record.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Unreadable(f"{key} is not a whole number of at least 0")
    for key in sorted(numbers.from_0 | numbers.signed):
        value = record.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Unreadable(f"{key} is not a number")
        if value < 0 and key in numbers.from_0:
            raise Unreadable(f"{key} is not a number of at least 0")


def _number(text):
    value = float(text)
    if not abs(value) <= LARGEST:
        raise Unreadable(f"{text[:DIGITS]} is too large to have been measured")
    return value


def _whole_number(text):
    if len(text) > DIGITS:
        raise Unreadable(f"{text[:DIGITS]}... is too large to have been measured")
    return int(text)


def _no_number(text):
    raise Unreadable(f"{text} is not a number")


_decode = json.JSONDecoder(parse_float=_number, parse_int=_whole_number,
                           parse_constant=_no_number).decode
_decode_quickly = json.JSONDecoder(parse_constant=_no_number).decode
