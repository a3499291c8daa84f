"""Reads C sources through libclang, and changes their text.

A place in a file is an offset in bytes. An edit (start, end, new) replaces the text between two
places.
"""

import pathlib
import typing

try:
    from clang.cindex import (CursorKind, Diagnostic, Index, SourceLocation, SourceRange,
                              StorageClass, TokenKind, TranslationUnit)
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "libclang for Python is not installed: it is in Debian's package python3-clang-14"
    ) from error


def parse(path, arguments):
    """Returns the translation unit of a file. `arguments` are compiler options.

    Raises SystemExit if the file has errors.
    """
    unit = Index.create().parse(
        str(path), args=arguments, options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [str(one) for one in unit.diagnostics if one.severity >= Diagnostic.Error]
    if errors:
        raise SystemExit(f"{path} cannot be read: {errors[0]}")
    return unit


def changed(text, edits):
    """Returns the bytes of `text` with the edits made. The edits must not overlap."""
    parts, at = [], 0
    for start, end, new in sorted(edits):
        parts += [text[at:start], new.encode()]
        at = end
    return b"".join(parts + [text[at:]])


def text_of(text, cursor):
    return text[cursor.extent.start.offset:cursor.extent.end.offset]


def strings(cursor):
    """Returns the string literals in a cursor, without quotes. Escape sequences stay as in C."""
    return [one.spelling[1:-1] for one in cursor.walk_preorder()
            if one.kind == CursorKind.STRING_LITERAL]


class Include(typing.NamedTuple):
    """An #include line."""
    start: int
    end: int
    target: pathlib.Path
    always: bool  # no #if surrounds the line, except a header's include guard


class Field(typing.NamedTuple):
    """A field that a table's initializer sets."""
    start: int
    end: int
    value: typing.Any  # cursor
    text: str  # ".name = value", or None if a macro sets it


class Table:
    """A variable that is initialized with designators, `{.name = value, ...}`.

    `name` is the place (start, end) of the variable's name; `fields` is {name: Field}.
    """

    def __init__(self, cursor, text):
        self.start = cursor.extent.start.offset
        self.name = (cursor.location.offset, cursor.location.offset + len(cursor.spelling))
        self.fields = {}
        for initializer in (one for one in cursor.get_children()
                            if one.kind == CursorKind.INIT_LIST_EXPR):
            for one in initializer.get_children():
                self._add(one, text)

    def _add(self, cursor, text):
        parts = list(cursor.get_children())
        if len(parts) < 2 or parts[0].kind != CursorKind.MEMBER_REF:
            return
        written = text_of(text, cursor)
        self.fields[parts[0].spelling] = Field(
            cursor.extent.start.offset, cursor.extent.end.offset, parts[-1],
            written.decode() if written.startswith(b".") else None)

    def strings_at(self, field):
        """Returns the strings of the array that a field points to, or [] if the field isn't set."""
        if field not in self.fields:
            return []
        for one in self.fields[field].value.walk_preorder():
            if one.kind == CursorKind.DECL_REF_EXPR:
                return strings(one.referenced.get_definition())
        return []


class Source:
    """A source file and the files of the same tree that it includes."""

    def __init__(self, path, root, arguments=()):
        self.path, self.root = path.resolve(), root
        self.unit = parse(self.path, ["-std=c17", "-D_GNU_SOURCE", f"-I{root}", *arguments])
        self._paths, self._texts = {}, {}
        self._includes, self._declarations = {}, {}
        for cursor in self.unit.cursor.get_children():
            path = self._path_of(cursor.location.file)
            if not self.owns(path):
                continue
            if cursor.kind == CursorKind.INCLUSION_DIRECTIVE:
                self._includes.setdefault(path, []).append(cursor)
            elif cursor.kind.is_declaration():
                self._declarations.setdefault(path, []).append(cursor)

    def _path_of(self, file):
        if file is None:
            return None
        if file.name not in self._paths:
            self._paths[file.name] = pathlib.Path(file.name).resolve()
        return self._paths[file.name]

    def owns(self, path):
        """Returns whether a file belongs to the tree."""
        return path is not None and path.is_relative_to(self.root)

    def text(self, path=None):
        """Returns the bytes of a file, by default of the source file."""
        path = path or self.path
        if path not in self._texts:
            self._texts[path] = path.read_bytes()
        return self._texts[path]

    def includes(self, path=None):
        """Returns the Includes of a file. Those that the preprocessor skips are left out."""
        path = path or self.path
        cursors = self._includes.get(path, [])
        places = self._conditional(path) if cursors else []
        found = []
        for one in cursors:
            start, end = one.extent.start.offset, one.extent.end.offset
            always = not any(first < start < last for first, last in places)
            found.append(Include(start, end, self._path_of(one.get_included_file()), always))
        return found

    def _tokens(self, path):
        file = self.unit.get_file(str(path))
        first, last = (SourceLocation.from_offset(self.unit, file, offset)
                       for offset in (0, len(self.text(path))))
        return self.unit.get_tokens(extent=SourceRange.from_locations(first, last))

    def _conditional(self, path):
        """Returns the places (start, end) that an #if surrounds. An include guard, that is an
        #ifndef that surrounds the whole file, does not count."""
        tokens = [one for one in self._tokens(path) if one.kind != TokenKind.COMMENT]
        open_at, places = [], []
        for place, (one, word) in enumerate(zip(tokens, tokens[1:])):
            if one.spelling != "#" or place and tokens[place - 1].location.line == one.location.line:
                continue
            if word.spelling in ("if", "ifdef", "ifndef"):
                open_at.append(place)
            elif word.spelling == "endif":
                first = open_at.pop()
                guard = (tokens[first + 1].spelling == "ifndef" and first == 0
                         and place + 2 == len(tokens))
                if not guard:
                    places.append((tokens[first].location.offset, one.location.offset))
        return places

    def declarations(self, path=None):
        """Returns the cursors of a file's declarations at file scope."""
        return self._declarations.get(path or self.path, [])

    def functions(self, path=None):
        """Returns the cursors of a file's functions that have a body."""
        return [one for one in self.declarations(path)
                if one.kind == CursorKind.FUNCTION_DECL and one.is_definition()]

    def public_functions(self):
        return [one for one in self.functions() if one.storage_class == StorageClass.NONE]

    def table(self, name):
        """Returns the table of that name in the source file, or None."""
        for one in self.declarations():
            if one.kind == CursorKind.VAR_DECL and one.spelling == name and one.is_definition():
                return Table(one, self.text())
        return None

    def comments(self):
        """Returns the places (start, end) of the comments in the source file."""
        return [(one.extent.start.offset, one.extent.end.offset)
                for one in self._tokens(self.path)
                if one.kind == TokenKind.COMMENT]

    def opening_comment(self):
        """Returns the end of the comment with which the source file begins, or 0."""
        return next((end for start, end in self.comments() if start == 0), 0)

    def with_comment(self, cursor):
        """Returns the place of a declaration in the source file. The place includes the comment
        right above the declaration and the semicolon."""
        text, start = self.text(), cursor.extent.start.offset
        end = text.index(b";", cursor.extent.end.offset) + 1
        for first, last in self.comments():
            if last <= start and text[last:start] == b"\n":
                start = first
        return start, end

    def missing(self):
        """Returns the names of the tree's functions and variables that the translation unit
        declares and uses but does not define."""
        every = [one for path in self._declarations for one in self.declarations(path)]
        declared = {one.spelling: one.canonical for one in every
                    if one.kind in (CursorKind.FUNCTION_DECL, CursorKind.VAR_DECL)
                    and one.get_definition() is None}
        used = (one for declaration in every for one in declaration.walk_preorder()
                if one.kind == CursorKind.DECL_REF_EXPR and one.spelling in declared)
        return sorted({one.spelling for one in used
                       if one.referenced.canonical == declared[one.spelling]})
