"""Finds the places of Python files that may be mutated, with Python's module ast.

A place is a piece of the text and its replacement. Type annotations and the call of main() are not
mutated. Changes that rarely make a difference are left out, such as exchanging the arguments of
min() or removing the conversion of a numpy number to float.
"""

import ast
import collections
import os
import re
from typing import NamedTuple

RELATIONAL, ARITHMETIC, CONSTANT = "relational", "arithmetic", "constant"
CONDITION, DELETION, ARGUMENTS = "condition", "deletion", "arguments"


class Place(NamedTuple):
    """One mutant: `text` replaces the bytes from start to end of a file."""

    file: str
    function: str  # "Class.method", or "" outside any
    original: str  # the changed lines, with single blanks
    mutated: str
    occurrence: int  # the number of the place, from 1, among those with the same fields above
    operator: str
    line: int  # the line of the first replaced character
    # The lines of the statement or of a compound statement's head. A test that runs one of them
    # reaches the place.
    lines: range
    start: int
    end: int
    text: str

    @property
    def name(self):
        """The name of the place. It stays the same when other lines of the file change."""
        return self[:5]

    @property
    def identity(self):
        return dict(zip(self._fields[:5], self.name))


class Sources:
    """The texts of the files that are mutated. Paths are relative to `root`."""

    def __init__(self, root, files):
        self.root = root
        self.texts = {}
        for one in files:
            with open(os.path.join(root, one), "rb") as file:
                self.texts[one] = file.read()

    def path(self, place):
        return os.path.join(self.root, place.file)

    def paths(self):
        return [os.path.join(self.root, one) for one in self.texts]

    def places(self):
        """Returns all places, in the order of the text."""
        result, alike = [], collections.Counter()
        for file, text in self.texts.items():
            for site in _Finder(text).found():
                original, mutated = _lines_of(text, site)
                name = file, site.function, original, mutated
                alike[name] += 1
                result.append(Place(*name, alike[name], site.operator,
                                    text.count(b"\n", 0, site.start) + 1, site.lines, site.start,
                                    site.end, site.text))
        return result

    def mutated(self, place):
        return _applied(self.texts[place.file], place)


class _Site(NamedTuple):
    function: str
    operator: str
    lines: range
    start: int
    end: int
    text: str


def _applied(source, site):
    return source[:site.start] + site.text.encode() + source[site.end:]


def _lines_of(source, site):
    """Returns the changed lines, in the original and in the mutant, with single blanks."""
    first = source.rfind(b"\n", 0, site.start) + 1
    last = (source.find(b"\n", site.end) + 1 or len(source) + 1) - 1
    after = source[first:site.start] + site.text.encode() + source[site.end:last]
    return tuple(" ".join(text.decode().split()) for text in (source[first:last], after))


# The replacements of each operator. The opposite of an ordering is left out, because the negated
# condition is the same mutant.
_COMPARED = {ast.Lt: ("<", ("<=", ">")), ast.LtE: ("<=", ("<", ">=")), ast.Gt: (">", (">=", "<")),
             ast.GtE: (">=", (">", "<=")), ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)),
             ast.Is: ("is", ("is not",)), ast.IsNot: (r"is\s+not", ("is",)),
             ast.In: ("in", ("not in",)), ast.NotIn: (r"not\s+in", ("in",))}
_COMPUTED = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
             ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "*"), ast.Pow: ("**", "*"),
             ast.BitOr: ("|", "&"), ast.BitAnd: ("&", "|")}
_JOINED = {ast.And: ("and", "or"), ast.Or: ("or", "and")}

# The conversions of numpy numbers and of iterators. They rarely change more than the type.
_CONVERSIONS = ("float", "list")

# Calls whose arguments are not exchanged: their order does not matter, or they have fixed roles.
_ANY_ORDER = ("min", "max", "print", "isinstance", "getattr", "hasattr", "zip")
_SIMPLE = (ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Tuple,
           ast.Dict, ast.Set, ast.JoinedStr)


class _Finder(ast.NodeVisitor):
    def __init__(self, source, imported=None):
        self.source = source
        self.tree = ast.parse(source)
        self.starts = [0]  # the offset of each line
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.imported = imported or {alias.asname or alias.name for node in ast.walk(self.tree)
                                     if isinstance(node, ast.Import) for alias in node.names}
        self.names = []  # the names of the classes and functions that enclose the node
        self.lines = range(0)
        self.result = []

    def found(self):
        for node in self.tree.body:
            self.visit(node)
        return sorted(self.result, key=lambda site: (site.start, site.end, site.text))

    # ------------------------------------------------------------------------- text and nodes

    def start(self, node):
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node):
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node):
        return self.source[self.start(node):self.end(node)].decode()

    def add(self, operator, start, end, text):
        self.result.append(_Site(".".join(self.names), operator, self.lines, start, end, text))

    def replace(self, operator, node, text):
        self.add(operator, self.start(node), self.end(node), text)

    def between(self, operator, left, right, pattern, texts):
        """Replaces the operator between two nodes. Parentheses are not part of the nodes."""
        start, end = self.end(left), self.start(right)
        match = re.search(pattern.encode(), self.source[start:end])
        for text in texts:
            self.add(operator, start + match.start(), start + match.end(), text)

    # ----------------------------------------------------------------------------- statements

    def visit(self, node):
        if isinstance(node, ast.stmt):
            outer, self.lines = self.lines, range(node.lineno, _head_end(node) + 1)
            super().visit(node)
            self.lines = outer
        else:
            super().visit(node)

    def body(self, statements, is_function=False):
        for place, node in enumerate(statements):
            if place == 0 and _is_text(node):
                continue  # the docstring
            if _may_go(node, self.names, is_function and node is statements[-1]):
                outer, self.lines = self.lines, range(node.lineno, _head_end(node) + 1)
                self.replace(DELETION, node, "pass")
                self.lines = outer
            self.visit(node)

    def _definition(self, node):
        for decorator in node.decorator_list:
            self.visit(decorator)
        self.names.append(node.name)
        if not isinstance(node, ast.ClassDef):
            self.visit(node.args)
        self.body(node.body, not isinstance(node, ast.ClassDef))
        self.names.pop()

    visit_FunctionDef = visit_ClassDef = _definition

    def visit_arg(self, node):
        pass  # an argument has nothing to mutate but its annotation

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)

    def visit_If(self, node):
        if ast.unparse(node.test) == "__name__ == '__main__'":
            return
        self.condition(node.test)
        self.body(node.body)
        self.body(node.orelse)

    def visit_While(self, node):
        if not isinstance(node.test, ast.Constant):
            self.condition(node.test)
        self.body(node.body)
        self.body(node.orelse)

    def visit_For(self, node):
        self.visit(node.iter)
        self.body(node.body)
        self.body(node.orelse)

    def visit_With(self, node):
        for item in node.items:
            self.visit(item.context_expr)
        self.body(node.body)

    def visit_Try(self, node):
        self.body(node.body)
        for handler in node.handlers:
            self.body(handler.body)
        self.body(node.orelse)
        self.body(node.finalbody)

    def visit_AugAssign(self, node):
        old, new = _COMPUTED.get(type(node.op), (None, None))
        if old and not _is_sequence(node.value):
            self.between(ARITHMETIC, node.target, node.value, re.escape(old) + "=", (new + "=",))
        self.visit(node.value)

    # ---------------------------------------------------------------------------- expressions

    def condition(self, node):
        self.replace(CONDITION, node, f"not ({self.text(node)})")
        self.visit(node)

    def visit_IfExp(self, node):
        self.condition(node.test)
        self.visit(node.body)
        self.visit(node.orelse)

    def visit_comprehension(self, node):
        self.visit(node.iter)
        for test in node.ifs:
            self.condition(test)

    def visit_BoolOp(self, node):
        old, new = _JOINED[type(node.op)]
        for left, right in zip(node.values, node.values[1:]):
            self.between(CONDITION, left, right, rf"\b{old}\b", (new,))
        self.generic_visit(node)

    def visit_Compare(self, node):
        operands = [node.left, *node.comparators]
        for left, op, right in zip(operands, node.ops, operands[1:]):
            pattern, texts = _COMPARED[type(op)]
            self.between(RELATIONAL, left, right, pattern, texts)
        self.generic_visit(node)

    def visit_BinOp(self, node):
        old, new = _COMPUTED.get(type(node.op), (None, None))
        if old and not _is_sequence(node.left) and not _is_sequence(node.right):
            self.between(ARITHMETIC, node.left, node.right, re.escape(old), (new,))
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.USub):
            self.replace(ARITHMETIC, node, self.text(node.operand))
            self.visit(node.operand)
        elif isinstance(node.op, ast.Not):
            self.replace(CONDITION, node, self.text(node.operand))
            self.visit(node.operand)

    def visit_Constant(self, node):
        value = node.value
        if isinstance(value, bool):
            self.replace(CONSTANT, node, str(not value))
        elif isinstance(value, int):
            for other in (value + 1, value - 1):
                self.replace(CONSTANT, node, str(other) if other >= 0 else f"({other})")
        elif isinstance(value, float):
            self.replace(CONSTANT, node, repr(2 * value if value else 1.0))

    def visit_JoinedStr(self, node):
        """Replaces the whole f-string: before Python 3.12, ast gives no positions within it."""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self._formatted(node, part)

    def _formatted(self, node, part):
        whole = ast.unparse(part.value)
        inner = _Finder(whole.encode(), self.imported)
        inner.visit(inner.tree.body[0].value)
        original = part.value
        for site in inner.result:
            try:
                part.value = ast.parse(_applied(whole.encode(), site), mode="eval").body
                self.replace(site.operator, node, ast.unparse(node))
            except (SyntaxError, ValueError):
                pass  # the mutant cannot be written within the quotes of the f-string
        part.value = original

    def visit_Call(self, node):
        self._deleted_call(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else \
            node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _ANY_ORDER:
            for left, right in zip(node.args, node.args[1:]):
                if not isinstance(left, ast.Starred) and not isinstance(right, ast.Starred) \
                        and ast.dump(left) != ast.dump(right):
                    gap = self.source[self.end(left):self.start(right)].decode()
                    self.add(ARGUMENTS, self.start(left), self.end(right),
                             self.text(right) + gap + self.text(left))
        self.generic_visit(node)

    def _deleted_call(self, node):
        """Adds mutants without a call. f(x) and x.f() become x; min(x, y) becomes x or y."""
        function = node.func
        if node.keywords and len(node.args) != 1:
            return
        if isinstance(function, ast.Name):
            if function.id in _CONVERSIONS:
                return
            kept = node.args if len(node.args) == 1 or function.id in ("min", "max") else []
        elif isinstance(function, ast.Attribute) and not node.args:
            kept = [function.value]
        elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) \
                and function.value.id in self.imported and len(node.args) == 1:
            kept = node.args
        else:
            kept = []
        for one in kept:
            if isinstance(one, (ast.Starred, ast.GeneratorExp)):
                continue
            text = self.text(one)
            bare = isinstance(one, _SIMPLE) and "\n" not in text
            self.replace(DELETION, node, text if bare else f"({text})")


def _head_end(node):
    """Returns the last line of a statement, without the statements in its body."""
    inner = [one.lineno - 1 for name in ("body", "orelse", "handlers", "finalbody")
             for one in getattr(node, name, ()) if isinstance(one, ast.stmt)]
    return max(node.lineno, min(inner)) if inner else node.end_lineno


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_sequence(node):
    """Returns whether an arithmetic operator on this node joins or formats sequences."""
    return isinstance(node, (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)) \
        or isinstance(node, ast.Constant) and isinstance(node.value, str) \
        or isinstance(node, ast.BinOp) and (_is_sequence(node.left) or _is_sequence(node.right))


def _may_go(node, names, is_end):
    """Returns whether the code can run without the statement and may then behave differently."""
    if isinstance(node, (ast.Expr, ast.AugAssign, ast.Continue, ast.Break, ast.Raise)):
        return True
    if isinstance(node, ast.Return):
        value = node.value.value if isinstance(node.value, ast.Constant) else ""
        # The caller of main() treats None like 0, and the end of a function returns None anyway.
        return not (value == 0 or value is None and is_end)
    # Without an assignment to a name, later uses of the name would merely fail.
    return isinstance(node, ast.Assign) and bool(names) and not any(
        isinstance(one, ast.Name) for target in node.targets for one in _parts(target))


def _parts(target):
    return target.elts if isinstance(target, ast.Tuple) else [target]
