"""Reads and checks the lines of a run's cells.jsonl or cells.jsonl.zst.

A line is a record: a JSON object. A line with a missing key, a value of a wrong type or size, or a
syntax error raises Unreadable with the reason, so other modules need not check types.

A run has many lines, and most scripts need the measurements of only a few. So a line can be read in
two steps, begin() and finish(). The measurements of a line are not checked until finish().
"""

import functools
import itertools
import json
import os
import subprocess
from typing import NamedTuple


class Unreadable(ValueError):
    """The text says why a line is not a record, or why a file can't be read."""


class Numbers(NamedTuple):
    """The keys whose values must be numbers or null if a record has them."""

    from_0: frozenset  # numbers of at least 0
    signed: frozenset = frozenset()


# Each count and each time in ns fits into 64 bits.
LARGEST = 2.0 ** 64
DIGITS = 20  # the most digits of a whole number

# The keys whose values must be texts, or whole numbers of at least 0, if a record has them; and the
# keys that each record must have.
TEXTS = ("experiment", "subject", "kind", "when", "ordering", "dispatch", "workload", "pass",
         "block", "trace_hash", "source_hash", "status", "outcome", "compiler", "flags", "libc",
         "library", "aside")
WHOLE = ("schema", "n", "seed", "replicate", "fired", "expected", "overtaken", "early", "ops")
NEEDED = ("subject", "workload", "n")


def cells_path(folder):
    """Returns the path of a run's cells.jsonl, or of cells.jsonl.zst if only that exists."""
    plain = os.path.join(folder, "cells.jsonl")
    kept = plain + ".zst"
    return kept if os.path.isfile(kept) and not os.path.isfile(plain) else plain


def lines(path):
    """Yields the lines of a file. If its name ends in .zst, decompresses it.

    Raises Unreadable if the compressed file is damaged or if zstd can't be started.
    """
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
    """Returns the record of a line, or raises Unreadable. `numbers` is a Numbers."""
    record = _read_quickly(line, numbers)
    return _read_slowly(line, numbers) if record is None else record


def begin(line, numbers):
    """Returns (record, rest) of a line, or raises Unreadable.

    If the status of the line is ok and its keys have the order of the bench, the record lacks the
    measurements, and `rest` is their text for finish(). Otherwise `rest` is "", and the record is
    whole.
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
    """Returns the whole record from the result of begin().

    Raises CloserLook if only read() can decide whether the line is right.
    """
    measured = _object(rest, numbers)
    record = {**begun, **measured}
    if len(begun) + len(measured) - len(record) > ("status" in begun):
        raise CloserLook
    return record


class CloserLook(Unreadable):
    """The fast code can't decide whether a line is right. read() can."""


_WHOLE = frozenset(WHOLE)
_TEXTS = frozenset((*TEXTS, "name"))
_SAFE = 10 ** 18  # _read_slowly() need not check numbers below this
_DIFFERENT = 10000  # the most texts, and shapes, in a cache: more than any run has
_MEASURED = '"status":"ok"'


def _read_quickly(line, numbers):
    """Returns the record of a line, or None if _read_slowly() must read it.

    Lines as the bench writes them are read. None does not mean that the line is wrong.
    """
    try:
        head, rest = _halves(line, numbers)
        record = finish(head, rest, numbers) if rest else head
    except CloserLook:
        return None
    return record if all(map(record.__contains__, NEEDED)) else None


def _halves(line, numbers):
    """Returns (head, rest): the record without measurements, and the text of an object with them.

    If the keys do not have the order of the bench, head is the whole record and rest is "". Raises
    CloserLook. The head is decoded in parts. Many lines have equal parts, and each
    different part is decoded only once.
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
    # In older runs the keys about the machine are the last. In new runs they follow source_hash.
    tail, machine = (measured + "}", f'{{"governor":{machine}') if measured else (rest, "{}")
    parts = [_object_again(text, numbers) for text in (
        subject + "}", f'{{"workload":{work}}}', f"{{{place}}}", f'{{"block":{block}}}',
        f'{{"source_hash":{code}}}', machine)]
    head = {**parts[0], **parts[1], **parts[2], **parts[3], **parts[4], **parts[5]}
    if len(head) < sum(map(len, parts)) or "status" in head:
        raise CloserLook  # a key may occur twice; its last value in the line counts
    rest = f'{{"order":{order}{seconds}{trace},"load":{tail}'
    return head, rest


def _object(text, numbers):
    """Returns the JSON object of a text.

    Raises CloserLook if a value may have a wrong type or size. The decoder has no Python function
    for numbers, because calling it for each number would take most of the time. So the sizes of
    numbers are checked after decoding.
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
    """What is common to objects that have the same keys and types of values.

    Each tuple has a bool for each value, in order.
    """

    measured: tuple  # True if the value is a number
    from_0: tuple  # True if the value is a number that may not be negative
    nested: tuple  # True if the value is a list or an object, but not the list of phases


@functools.lru_cache(_DIFFERENT)
def _shape(keys, types, numbers):
    """Returns the _Shape of an object and its phases, or None if a value may have a wrong type.

    `keys` and `types` are those of the object, followed by those of each phase.
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
                  # `keys` also has the keys of the phases, so the list itself is not checked.
                  tuple(kind in (list, dict) and key != "phases" for key, kind in zip(keys, types)))


def _fit(values, shape):
    """Returns whether the numbers in values of that shape are small, and not negative if from_0."""
    measured = tuple(itertools.compress(values, shape.measured))
    if measured and not (max(measured) < _SAFE and (
            min(measured) >= 0 or min(measured) > -_SAFE
            and min(itertools.compress(values, shape.from_0), default=0) >= 0)):
        return False
    return all(map(_is_small, itertools.compress(values, shape.nested)))


def _is_small(value):
    """Returns whether all numbers in a decoded JSON value are smaller than _SAFE."""
    kind = type(value)
    if kind is float or kind is int:
        return -_SAFE < value < _SAFE
    if kind is list:
        return all(map(_is_small, value))
    return kind is not dict or all(map(_is_small, value.values()))


def _read_slowly(line, numbers):
    """Returns the record of a line, or raises Unreadable with the reason."""
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
    """Raises Unreadable for the first key whose value has a wrong type or is negative."""
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
