"""A table as titles, rows and sentences, and how it is written: as text and as Markdown."""

import textwrap
from dataclasses import dataclass, field

from records import significant

WIDTH = 110


@dataclass
class Table:
    """A titled table, independent of how it is written. A row that is a string is a heading."""

    title: str
    header: list
    rows: list
    text: list = field(default_factory=list)  # sentences under the title
    right: int = 1  # columns from here on are numbers and stand to the right
    last_left: bool = False  # but the last one is words


def interval(ratio):
    """A ratio's 95 % interval as tables show it; empty where there is none."""
    return f"[{significant(ratio.low)}, {significant(ratio.high)}]" if ratio.has_interval else ""


# ------------------------------------------------------------------------------- how it is written

def write_sentence(sentence, out):
    for line in textwrap.wrap(sentence, WIDTH, break_on_hyphens=False):
        print(line, file=out)


def _widths(table):
    rows = [table.header] + [row for row in table.rows if not isinstance(row, str)]
    return [max(len(row[i]) for row in rows) for i in range(len(table.header))]


def width(table):
    """How many letters its longest line of text has."""
    return sum(_widths(table)) + 2 * (len(table.header) - 1)


def write_text(table, out):
    widths = _widths(table)
    print(f"{table.title}\n{'-' * len(table.title)}", file=out)
    for sentence in table.text:
        write_sentence(sentence, out)
    print(_text_row(table, table.header, widths), file=out)
    for row in table.rows:
        print(f"{row}" if isinstance(row, str) else _text_row(table, row, widths), file=out)
    print(file=out)


def _text_row(table, row, widths):
    cells = []
    for i, (cell, width) in enumerate(zip(row, widths)):
        left = i < table.right or (table.last_left and i == len(row) - 1)
        cells.append(cell.ljust(width) if left else cell.rjust(width))
    return "  ".join(cells).rstrip()


def write_markdown(table, out):
    def line(cells):
        print("| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in cells)
              + " |", file=out)

    print(f"### {table.title}\n", file=out)
    for sentence in table.text:
        if sentence:
            print(sentence.replace("*", "\\*") + "\n", file=out)
    line(table.header)
    line_marks = ["---" if i < table.right or (table.last_left and i == len(table.header) - 1)
                  else "--:" for i in range(len(table.header))]
    print("| " + " | ".join(line_marks) + " |", file=out)
    for row in table.rows:
        if isinstance(row, str):
            print("| **" + row + "** |" + " |" * (len(table.header) - 1), file=out)
        else:
            line(row)
    print(file=out)
