"""The lines of a run's cells.jsonl or cells.jsonl.zst, each checked as it is read.

A line that was made by hand or cut short is refused with the reason, so that no later code has to
check types.
"""

import json
import os
import subprocess


class Unreadable(ValueError):
    """Why a line is no record, or why a file can't be read."""


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
    """The record of one line; raises Unreadable. `numbers` is a set of keys that must be at least 0."""
    record = _read_quickly(line, numbers)
    return _read_slowly(line, numbers) if record is None else record


_WHOLE = frozenset(WHOLE)
_TEXTS = frozenset(TEXTS)
_SAFE = 10 ** 18  # whole numbers up to here need no second look


def _read_quickly(line, numbers):
    """The record of a line like those that the bench writes; None for a line that needs a closer look,
    whether it turns out right or not.

    The decoder does not call Python for each number here, which would take most of the time.
    """
    try:
        record = _decode_quickly(line)
        parts = [record, *(record.get("phases") or ())] if type(record) is dict else ()
        plain = parts and all(type(one) is dict and _is_plain(one, numbers) for one in parts)
    except (ValueError, RecursionError, TypeError):
        return None
    named = plain and all(isinstance(one.get("name", ""), str) for one in parts[1:])
    return record if named and all(key in record for key in NEEDED) else None


def _is_plain(record, numbers):
    """Whether each value is surely of the type that its key asks for, and of a size that may be measured."""
    for key, value in record.items():
        kind = type(value)
        if kind is str:
            if key in _WHOLE or key in numbers:
                return False
        elif kind is float:
            if not -LARGEST <= value <= LARGEST or key in _WHOLE or key in _TEXTS \
                    or value < 0 and key in numbers:
                return False
        elif kind is int:
            if not -_SAFE < value < _SAFE or key in _TEXTS \
                    or value < 0 and (key in _WHOLE or key in numbers):
                return False
        elif value is None:
            if key in _WHOLE or key in _TEXTS:
                return False
        elif key in _WHOLE or key in _TEXTS or key in numbers or not _is_small(value):
            return False
    return True


def _is_small(value):
    """Whether all numbers in it are of a size that may have been measured."""
    kind = type(value)
    if kind is float:
        return -LARGEST <= value <= LARGEST
    if kind is int:
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
    for key in sorted(numbers):
        value = record.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))
                                  or value < 0):
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
