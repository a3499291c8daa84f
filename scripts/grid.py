"""A table with a title, sentences and rows, and functions that write it as text and as Markdown."""

import textwrap
from dataclasses import dataclass, field

import rich.console
import rich.padding
import rich.table
import rich.text

from records import significant

WIDTH = 110
GAP = 2  # blanks between two columns


@dataclass
class Table:
    """A titled table, independent of the output format. A row that is a string is a heading."""

    title: str
    header: list
    rows: list
    text: list = field(default_factory=list)  # sentences under the title
    right: int = 1  # the index of the first column that is aligned to the right
    last_left: bool = False  # True aligns the last column to the left all the same

    def stands_left(self, column):
        return column < self.right or (self.last_left and column == len(self.header) - 1)


def interval(ratio):
    """Returns a ratio's 95 % interval as tables show it, or "" if it has none."""
    return f"[{significant(ratio.low)}, {significant(ratio.high)}]" if ratio.has_interval else ""


# ------------------------------------------------------------------------------- how it is written

def write_sentence(sentence, out):
    for line in textwrap.wrap(sentence, WIDTH, break_on_hyphens=False):
        print(line, file=out)


def width(table):
    """Returns the number of characters in a line of the table, headings not counted."""
    rows = [table.header] + [row for row in table.rows if not isinstance(row, str)]
    widest = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
    return sum(widest) + GAP * (len(table.header) - 1)


def write_text(table, out):
    """Writes a table as text. On a terminal its header is bold."""
    print(f"{table.title}\n{'-' * len(table.title)}", file=out)
    for sentence in table.text:
        write_sentence(sentence, out)
    lines = iter(_lines(table, out))
    print(next(lines), file=out)
    for row in table.rows:
        print(row if isinstance(row, str) else next(lines), file=out)
    print(file=out)


def _lines(table, out):
    """Returns the lines of the header and of the rows that are not headings."""
    grid = rich.table.Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column, heading in enumerate(table.header):
        grid.add_column(_cell(heading), no_wrap=True,
                        justify="left" if table.stands_left(column) else "right")
    for row in table.rows:
        if not isinstance(row, str):
            grid.add_row(*map(_cell, row))
    # A letter may be two columns wide.
    console = rich.console.Console(file=out, width=2 * width(table) + 1)
    with console.capture() as written:
        console.print(grid)
    return [line.rstrip() for line in written.get().split("\n")]


def _cell(text):
    """Returns a cell that keeps trailing blanks. They align it with cells that end with a mark."""
    bare = text.rstrip()
    letters = rich.text.Text(bare)
    return rich.padding.Padding(letters, (0, len(text) - len(bare), 0, 0)) if bare != text else letters


def write_markdown(table, out):
    def line(cells):
        print("| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in cells)
              + " |", file=out)

    print(f"### {table.title}\n", file=out)
    for sentence in table.text:
        if sentence:
            print(sentence.replace("*", "\\*") + "\n", file=out)
    line(table.header)
    line_marks = ["---" if table.stands_left(i) else "--:" for i in range(len(table.header))]
    print("| " + " | ".join(line_marks) + " |", file=out)
    for row in table.rows:
        if isinstance(row, str):
            print("| **" + row + "** |" + " |" * (len(table.header) - 1), file=out)
        else:
            line(row)
    print(file=out)
