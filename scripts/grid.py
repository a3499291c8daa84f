"""A table as titles, rows and sentences, and how it is written: as text and as Markdown."""

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
    """A titled table, independent of how it is written. A row that is a string is a heading."""

    title: str
    header: list
    rows: list
    text: list = field(default_factory=list)  # sentences under the title
    right: int = 1  # columns from here on are numbers and stand to the right
    last_left: bool = False  # but the last one is words

    def stands_left(self, column):
        return column < self.right or (self.last_left and column == len(self.header) - 1)


def interval(ratio):
    """A ratio's 95 % interval as tables show it; empty where there is none."""
    return f"[{significant(ratio.low)}, {significant(ratio.high)}]" if ratio.has_interval else ""


# ------------------------------------------------------------------------------- how it is written

def write_sentence(sentence, out):
    for line in textwrap.wrap(sentence, WIDTH, break_on_hyphens=False):
        print(line, file=out)


def width(table):
    """How many letters its longest line of text has."""
    rows = [table.header] + [row for row in table.rows if not isinstance(row, str)]
    widest = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
    return sum(widest) + GAP * (len(table.header) - 1)


def write_text(table, out):
    """As text. On a terminal the header is bold."""
    print(f"{table.title}\n{'-' * len(table.title)}", file=out)
    for sentence in table.text:
        write_sentence(sentence, out)
    lines = iter(_lines(table, out))
    print(next(lines), file=out)
    for row in table.rows:
        print(row if isinstance(row, str) else next(lines), file=out)
    print(file=out)


def _lines(table, out):
    """The header and the rows that are no headings, a line each."""
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
    """A cell that keeps blanks at its end, which stand for a mark that others have there."""
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
