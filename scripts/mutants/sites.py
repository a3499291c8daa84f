"""Finds the places of C code that can be mutated, and their mutants, with libclang.

Left out are expressions that must be constants (labels of a switch, sizes of arrays, static tables),
the arguments of macros, and prefetches. Code that only assertions run is left out, too: their
arguments, check() of each structure, and functions that only such code calls.
"""

import bisect
import collections
import dataclasses
import os
import re

import c_source  # before libclang: c_source names the package that may be missing
from clang.cindex import CursorKind, TokenKind, TypeKind

import console
from place import Site

RELATIONAL = {
    "<": ("<=", ">=", ">", "=="),
    "<=": ("<", ">", ">=", "=="),
    ">": (">=", "<=", "<", "=="),
    ">=": (">", "<", "<=", "=="),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
}
# The only mutants of == and != where
# - the left operand is unsigned and the right one is 0,
# - the right operand is a name in capitals, such as TIMER_NEVER or a constant of an enumeration,
# - an operand is not a number, or is a bool, or
# - the comparison is the condition of a for or while loop.
NEGATED = {"==": ("!=",), "!=": ("==",)}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "&": "|", "|": "&", "^": "|", "<<": ">>",
              ">>": "<<"}
ASSIGNED = {one + "=": other + "=" for one, other in ARITHMETIC.items()}
STEPS = {"++": "--", "--": "++"}

INTEGERS = {TypeKind.BOOL, TypeKind.CHAR_U, TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT,
            TypeKind.ULONG, TypeKind.ULONGLONG, TypeKind.CHAR_S, TypeKind.SCHAR, TypeKind.SHORT,
            TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG, TypeKind.ENUM, TypeKind.UINT128,
            TypeKind.INT128}
UNSIGNED = {TypeKind.BOOL, TypeKind.CHAR_U, TypeKind.UCHAR, TypeKind.USHORT, TypeKind.UINT,
            TypeKind.ULONG, TypeKind.ULONGLONG, TypeKind.UINT128}
FLOATS = {TypeKind.FLOAT, TypeKind.DOUBLE, TypeKind.LONGDOUBLE}

# Constants in these calls are not mutated, and the calls are not deleted. The compiler requires
# such a constant, or it only affects the time that the code takes.
LEFT_OUT_CALLS = re.compile(r"__builtin_|__atomic_|_mm\d*_")
EITHER_WAY = ("calloc", "fread", "fwrite")  # exchanging size and count changes nothing
ASSERTING = re.compile(r"(static_)?assert$|_Static_assert$|.*_ASSERT$|.*_assert$")
NAME = re.compile(r"-?[A-Z][A-Z_0-9]+$")
INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)[uUlL]*$")
FLOAT = re.compile(r"[\d.]+([eE][-+]?\d+)?[fF]?$")


def file_of(cursor):
    """Returns the path of a cursor's file, relative to the current folder, or ""."""
    file = cursor.location.file
    return os.path.normpath(file.name) if file else ""


def without_casts(cursor):
    """Returns the operand of implicit casts."""
    while cursor.kind == CursorKind.UNEXPOSED_EXPR:
        inner = list(cursor.get_children())
        if len(inner) != 1:
            break
        cursor = inner[0]
    return cursor


def squeezed(text):
    return " ".join(text.split())


class Source:
    """The text of a file, with access by offsets."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.starts = [0] + [one.end() for one in re.finditer(b"\n", self.bytes)]

    def text(self, start, end):
        return self.bytes[start:end].decode()

    def line(self, offset):
        return bisect.bisect_right(self.starts, offset)

    def lines_around(self, start, end):
        """Returns the offsets of the first and the last character of the lines from start to end."""
        first = self.starts[self.line(start) - 1]
        last = self.bytes.find(b"\n", max(end - 1, start))
        return first, last if last >= 0 else len(self.bytes)


class Unit:
    """A translation unit: a source with its headers."""

    def __init__(self, path, arguments, wanted, sources):
        self.wanted, self.sources = wanted, sources
        self.unit = c_source.parse(path, arguments)
        self.macros = collections.defaultdict(list)
        self.own_macros = set()
        for cursor in self.unit.cursor.get_children():
            file = file_of(cursor)
            if cursor.kind == CursorKind.MACRO_INSTANTIATION and file in wanted:
                extent = cursor.extent
                self.macros[file].append((extent.start.offset, extent.end.offset, cursor.spelling))
            elif cursor.kind == CursorKind.MACRO_DEFINITION and file in wanted:
                self.own_macros.add(cursor.spelling)
        for ranges in self.macros.values():
            ranges.sort()

    def functions(self):
        for cursor in self.unit.cursor.get_children():
            if (cursor.kind == CursorKind.FUNCTION_DECL and cursor.is_definition() and
                    file_of(cursor) in self.wanted):
                yield cursor

    def source(self, file):
        if file not in self.sources:
            self.sources[file] = Source(file)
        return self.sources[file]


class Finder:
    """Finds the sites in one function."""

    def __init__(self, unit, function):
        self.file = file_of(function)
        self.source = unit.source(self.file)
        self.function = function.spelling
        self.macros = unit.macros[self.file]
        self.own_macros = unit.own_macros
        self.found = []
        self.void = function.result_type.kind == TypeKind.VOID
        for child in function.get_children():
            if child.kind == CursorKind.COMPOUND_STMT:
                self.visit(child, function, ())

    # ---- where things stand

    @staticmethod
    def range(cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def macro_of(self, start, end):
        """Returns (start, end, name) of the outermost macro use that holds `start`, or None."""
        i = bisect.bisect_right(self.macros, (start, float("inf"), ""))
        for first, last, name in self.macros[max(0, i - 40):i]:
            if first <= start < last or start == end == first:
                return first, last, name
        return None

    def in_macro(self, start, end):
        """Returns whether the range starts in a use of a macro that reaches beyond the range."""
        i = bisect.bisect_right(self.macros, (start, float("inf"), ""))
        return any(last > start and (first < start or last > end)
                   for first, last, _ in self.macros[max(0, i - 40):i])

    def between(self, left, right):
        """Returns the range of the operator between two operands, or None."""
        start, end = self.range(left)[1], self.range(right)[0]
        gap = self.source.text(start, end) if start < end else ""
        bare = re.sub(r"/\*.*?\*/|//[^\n]*", lambda one: " " * len(one.group()), gap, flags=re.S)
        # The gap may also hold parentheses that close the left operand or open the right one.
        match = re.search(r"[-+*/%&|^<>=!]+", bare)
        if not match:
            return None
        return start + match.start(), start + match.end()

    # ---- the mutants of a place

    def add(self, operator, kind, start, end, text, changed):
        """Adds a site. `changed` is the smallest change, (start, end, text), which names the site."""
        if self.in_macro(start, end):
            return
        first, last = self.source.lines_around(changed[0], changed[1])
        before = self.source.text(first, last)
        after = (self.source.text(first, changed[0]) + changed[2] +
                 self.source.text(changed[1], last))
        self.found.append(Site(self.file, self.function, self.source.line(changed[0]), operator,
                               squeezed(before), squeezed(after), start, end, kind, text))

    def replace(self, operator, cursor, start, end, text):
        """Adds a mutant of an expression. In it, `text` replaces the part from start to end."""
        whole = self.range(cursor)
        if self.in_macro(start, end):
            return
        self.add(operator, "expression", *whole, self.source.text(whole[0], start) + text +
                 self.source.text(end, whole[1]), (start, end, text))

    # ---- the operators

    def binary(self, cursor, in_loop):
        children = list(cursor.get_children())
        if len(children) != 2:
            return
        place = self.between(*children)
        if not place:
            return
        symbol = self.source.text(*place)
        kinds = [child.type.get_canonical().kind for child in children]
        if symbol in RELATIONAL:
            numbers = all(kind in INTEGERS or kind in FLOATS for kind in kinds)
            zero = all(kind in UNSIGNED for kind in kinds[:1]) and self.is_zero(children[1])
            named = NAME.match(self.source.text(*self.range(children[1])))
            others = RELATIONAL[symbol]
            if symbol in NEGATED and (not numbers or zero or named or in_loop or TypeKind.BOOL in kinds):
                others = NEGATED[symbol]
            for other in others:
                self.operator("relational", cursor, children, place, other)
        elif symbol in ARITHMETIC:
            if symbol == "-" and TypeKind.POINTER in kinds[1:]:
                return  # pointers cannot be added
            if kinds[0] in FLOATS | INTEGERS | {TypeKind.POINTER}:
                self.operator("arithmetic", cursor, children, place, ARITHMETIC[symbol])

    def operator(self, operator, cursor, operands, place, symbol):
        """Adds a mutant with another operator. The operands get parentheses, because the new
        operator may bind more tightly than an operator in an operand."""
        left, right = (self.source.text(*self.range(one)) for one in operands)
        self.add(operator, "expression", *self.range(cursor), f"({left}) {symbol} ({right})",
                 (*place, symbol))

    def is_zero(self, cursor):
        while True:
            inner = list(cursor.get_children())
            if cursor.kind == CursorKind.INTEGER_LITERAL:
                return self.source.text(*self.range(cursor)).strip("uUlL") == "0"
            if len(inner) != 1:
                return False
            cursor = inner[0]

    def assigned(self, cursor):
        children = list(cursor.get_children())
        place = self.between(*children) if len(children) == 2 else None
        symbol = self.source.text(*place) if place else ""
        if symbol in ASSIGNED:
            self.replace("arithmetic", cursor, *place, ASSIGNED[symbol])

    def unary(self, cursor):
        start, end = self.range(cursor)
        text = self.source.text(start, end)
        for place in ((start, start + 2), (end - 2, end)):
            symbol = self.source.text(*place)
            if symbol in STEPS and len(text) > 2:
                self.replace("arithmetic", cursor, *place, STEPS[symbol])
                return
        inner = next(iter(cursor.get_children()), None)
        if text[0] in "-~" and inner and inner.kind != CursorKind.INTEGER_LITERAL:
            self.replace("arithmetic", cursor, start, start + 1, "")

    def constant(self, cursor, parents):
        start, end = self.range(cursor)
        text = self.source.text(start, end)
        integer = cursor.kind == CursorKind.INTEGER_LITERAL
        macro = self.macro_of(start, end)
        if macro:
            # Of macros, only the project's constants and literals like UINT64_C(1) are replaced.
            if macro[:2] != (start, end):
                return
            if not (macro[2] in self.own_macros and re.fullmatch(r"[A-Z_0-9]+", text) or
                    re.fullmatch(r"U?INT(32|64)_C\(\d+\)", text)):
                return
        elif not (INTEGER if integer else FLOAT).match(text):
            return
        if parents and parents[-1].kind == CursorKind.INIT_LIST_EXPR and text == "0" and \
                len(list(parents[-1].get_children())) == 1:
            return
        before = self.source.bytes[:start].rstrip()[-1:]
        subscript = parents and parents[-1].kind == CursorKind.ARRAY_SUBSCRIPT_EXPR
        if before == b"[" and not subscript:
            return  # a designator
        value = int(INTEGER.match(text).group(1), 0 if not re.match(r"0\d", text) else 8) \
            if integer and INTEGER.match(text) else None
        if value == 0:
            others = [re.sub("^0[xX]?0*", "1", text) if text != "0" else "1"]
        elif value == 1:
            others = [text.replace("1", "0", 1), text.replace("1", "2", 1)]
        elif value is not None:
            suffix = text[len(INTEGER.match(text).group(1)):]
            others = [f"{value + step}{suffix}" for step in (1, -1)]
        else:
            if not integer and not macro and float(text.rstrip("fF")) > 1000:
                return  # adding 1 to such a number makes no difference
            others = [f"({text} + 1)", f"({text} - 1)"]
        for other in others:
            self.add("constant", "expression", start, end, other, (start, end, other))

    def condition(self, cursor):
        """Adds the negation of a condition, unless another operator gives the same mutant."""
        bare = cursor
        while bare.kind in (CursorKind.PAREN_EXPR, CursorKind.UNEXPOSED_EXPR):
            inner = list(bare.get_children())
            if len(inner) != 1:
                break
            bare = inner[0]
        start, end = self.range(cursor)
        text = self.source.text(start, end)
        if bare.kind == CursorKind.BINARY_OPERATOR:
            children = list(bare.get_children())
            place = self.between(*children) if len(children) == 2 else None
            if place and self.source.text(*place) in RELATIONAL and not self.in_macro(*place):
                return
        if bare.kind == CursorKind.INTEGER_LITERAL:
            return
        if bare.kind == CursorKind.UNARY_OPERATOR and text.startswith("!"):
            mutated = f"!!({text[1:].lstrip()})"
            shown = text[1:].lstrip()
        else:
            mutated = f"!({text})"
            shown = mutated
        self.add("condition", "expression", start, end, mutated, (start, end, shown))

    def arguments(self, cursor):
        found = list(cursor.get_arguments())
        for one, other in zip(found, found[1:]):
            if one is None or other is None:
                continue
            kinds = [each.type.get_canonical() for each in (one, other)]
            alike = all(kind.kind in INTEGERS or kind.kind in FLOATS for kind in kinds) or \
                kinds[0].spelling.replace("const ", "") == kinds[1].spelling.replace("const ", "")
            first, second = self.range(one), self.range(other)
            texts = self.source.text(*first), self.source.text(*second)
            if not alike or texts[0] == texts[1] or first[1] > second[0] or \
                    self.in_macro(first[0], second[1]):
                continue
            if any(one.startswith('"') for one in texts):
                continue  # the text of a message
            self.replace("arguments", cursor, first[0], second[1], texts[1] +
                         self.source.text(first[1], second[0]) + texts[0])

    def deletion(self, cursor):
        kind = cursor.kind
        start, end = self.range(cursor)
        macro = self.macro_of(start, end)
        if macro and macro[:2] == (start, end):
            if ASSERTING.match(macro[2]) or kind == CursorKind.NULL_STMT:
                return
            self.add_statement(start, end)
            return
        bare = without_casts(cursor)
        if kind in (CursorKind.BREAK_STMT, CursorKind.CONTINUE_STMT, CursorKind.GOTO_STMT) or \
                kind == CursorKind.RETURN_STMT and not list(cursor.get_children()):
            self.add_statement(start, end)
        elif bare.kind in (CursorKind.CALL_EXPR, CursorKind.BINARY_OPERATOR,
                           CursorKind.COMPOUND_ASSIGNMENT_OPERATOR, CursorKind.UNARY_OPERATOR):
            if bare.kind == CursorKind.CALL_EXPR and LEFT_OUT_CALLS.match(bare.spelling or ""):
                return
            self.add_statement(start, end)

    def add_statement(self, start, end):
        if self.in_macro(start, end):
            return
        semicolon = re.compile(rb"\s*;").match(self.source.bytes, end)
        if not semicolon:
            return
        first, last = self.source.lines_around(start, semicolon.end())
        before = self.source.text(first, last)
        after = self.source.text(first, start) + self.source.text(semicolon.end() - 1, last)
        self.found.append(Site(self.file, self.function, self.source.line(start), "deletion",
                               squeezed(before), squeezed(after), start, semicolon.end(), "statement", ""))

    # ---- the walk

    def statement(self, cursor):
        """Adds the mutant without this statement."""
        self.deletion(cursor)

    def visit(self, cursor, parent, parents):
        kind = cursor.kind
        start, end = self.range(cursor)
        macro = self.macro_of(start, end)
        if macro and macro[1] >= end:
            # The code of a macro use is left out, but the name of a constant may be replaced.
            if macro[:2] == (start, end) and kind == CursorKind.INTEGER_LITERAL:
                self.constant(cursor, [one for one in parents if one.kind != CursorKind.UNEXPOSED_EXPR])
            elif macro[:2] == (start, end):
                for child in cursor.get_children():
                    self.visit(child, cursor, parents + (cursor,))
            return
        children = list(cursor.get_children())
        below = parents + (cursor,)
        if kind in (CursorKind.CXX_UNARY_EXPR, CursorKind.ASM_STMT, CursorKind.STATIC_ASSERT) or \
                kind.is_attribute():
            return
        if kind == CursorKind.DECL_STMT:
            children = [child for child in children if child.kind == CursorKind.VAR_DECL and
                        child.storage_class.name != "STATIC"]
        elif kind == CursorKind.VAR_DECL:
            children = [child for child in children if self.follows_equals(child)]
        elif kind == CursorKind.CASE_STMT:
            self.statement(children[-1])
            children = children[1:]
        elif kind == CursorKind.CALL_EXPR:
            if LEFT_OUT_CALLS.match(cursor.spelling or ""):
                children = [child for child in children
                            if without_casts(child).kind != CursorKind.INTEGER_LITERAL]
                if cursor.spelling == "__builtin_prefetch":
                    return
            elif cursor.spelling not in EITHER_WAY:
                self.arguments(cursor)
        elif kind == CursorKind.BINARY_OPERATOR:
            self.binary(cursor, any(one.kind in (CursorKind.FOR_STMT, CursorKind.WHILE_STMT)
                                    for one in parents[-1:]))
            self.operands_of_logic(cursor, children)
        elif kind == CursorKind.COMPOUND_ASSIGNMENT_OPERATOR:
            self.assigned(cursor)
        elif kind == CursorKind.UNARY_OPERATOR:
            self.unary(cursor)
        elif kind in (CursorKind.INTEGER_LITERAL, CursorKind.FLOATING_LITERAL):
            self.constant(cursor, [one for one in parents if one.kind != CursorKind.UNEXPOSED_EXPR])
        elif kind in (CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.CONDITIONAL_OPERATOR):
            if children:
                self.condition(children[0])
            if kind != CursorKind.CONDITIONAL_OPERATOR:
                for child in children[1:]:
                    self.statement(child)
        elif kind == CursorKind.DO_STMT and len(children) == 2:
            self.statement(children[0])
            self.condition(children[1])
        elif kind == CursorKind.FOR_STMT:
            self.loop(cursor, children)
        elif kind in (CursorKind.COMPOUND_STMT, CursorKind.LABEL_STMT, CursorKind.DEFAULT_STMT):
            for child in children:
                self.statement(child)
        for child in children:
            self.visit(child, cursor, below)

    def loop(self, cursor, children):
        if not children:
            return
        self.statement(children[-1])
        head = self.source.text(self.range(cursor)[0], self.range(children[-1])[0])
        if self.in_macro(self.range(cursor)[0], self.range(cursor)[0] + 3):
            return
        first = self.range(cursor)[0] + head.find(";")
        second = self.range(cursor)[0] + head.find(";", head.find(";") + 1)
        for child in children[:-1]:
            if first < self.range(child)[0] < second:
                self.condition(child)

    def operands_of_logic(self, cursor, children):
        place = self.between(*children) if len(children) == 2 else None
        if place and self.source.text(*place) in ("&&", "||"):
            for child in children:
                inner = list(child.get_children())
                nested = self.between(*inner) if child.kind == CursorKind.BINARY_OPERATOR and \
                    len(inner) == 2 else None
                if not nested or self.source.text(*nested) not in ("&&", "||"):
                    self.condition(child)

    def follows_equals(self, cursor):
        return self.source.bytes[:self.range(cursor)[0]].rstrip()[-1:] == b"="


class Callers:
    """Finds functions that are called only by assertions and by check() of structures."""

    def __init__(self):
        self.callers = collections.defaultdict(set)  # {key: keys of the callers, "assert", "table"}
        self.checking = set()

    @staticmethod
    def key(cursor):
        local = cursor.storage_class.name == "STATIC"
        return file_of(cursor) if local else "", cursor.spelling

    def read(self, unit):
        for function in unit.functions():
            macros = unit.macros[file_of(function)]
            asserts = [(start, end) for start, end, name in macros if ASSERTING.match(name)]
            caller = self.key(function)
            for cursor in function.walk_preorder():
                target = cursor.referenced if cursor.kind == CursorKind.DECL_REF_EXPR else None
                if target is None or target.kind != CursorKind.FUNCTION_DECL:
                    continue
                offset = cursor.extent.start.offset
                i = bisect.bisect_right(asserts, (offset, float("inf")))
                asserted = i and asserts[i - 1][0] <= offset < asserts[i - 1][1]
                self.callers[self.key(target)].add("assert" if asserted else caller)
        self.read_tables(unit)

    def read_tables(self, unit):
        for cursor in unit.unit.cursor.get_children():
            file = file_of(cursor)
            if cursor.kind != CursorKind.VAR_DECL or file not in unit.wanted:
                continue
            field = c_source.Table(cursor, unit.source(file).bytes).fields.get("check")
            check = field.value.spelling if field else None
            for one in cursor.walk_preorder():
                target = one.referenced if one.kind == CursorKind.DECL_REF_EXPR else None
                if target is not None and target.kind == CursorKind.FUNCTION_DECL:
                    if target.spelling == check:
                        self.checking.add(self.key(target))
                    else:
                        self.callers[self.key(target)].add("table")

    def only_checking(self):
        found = set(self.checking)
        while True:
            more = {key for key, callers in self.callers.items() if key not in found and callers and
                    all(one == "assert" or one in found or one == key for one in callers)}
            if not more:
                return found
            found |= more


def numbered(sites):
    """Yields each site once, in the order of the files. Numbers equal mutants of a function."""
    counts = collections.Counter()
    for site in sorted(set(sites), key=lambda one: (one.file, one.start, one.end, one.text)):
        name = (site.file, site.function, site.original, site.mutated)
        counts[name] += 1
        yield dataclasses.replace(site, occurrence=counts[name])


def find(units, wanted, arguments):
    """Returns all sites in the wanted files, which are sources or their headers. Paths are
    relative to the current folder."""
    sources, found, callers = {}, [], Callers()
    keys = {}
    for path in units:
        # An exception that a signal raises within a callback of libclang would be lost.
        with console.stops_wait():
            unit = Unit(path, arguments, wanted, sources)
            callers.read(unit)
            for function in unit.functions():
                key = (file_of(function), function.location.offset)
                if key not in keys:
                    keys[key] = Callers.key(function)
                    found += [(keys[key], site) for site in Finder(unit, function).found]
    left_out = callers.only_checking()
    return list(numbered(site for key, site in found if key not in left_out))
