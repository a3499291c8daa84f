"""The texts that are printed at the end: survivors, and the table by area."""

import known

ROWS = ("area", "drawn", "caught", "equivalent", "survived", "caught of non-equivalent")


def standing(record, listed):
    """Returns "caught", "equivalent" (says the compiler or the list), "missed" (says the list), or
    "new" for a survivor that is not in the list."""
    if record["status"] == "caught":
        return "caught"
    if record["status"] == "same code":
        return "equivalent"
    return listed.verdict(known.key(record)) or "new"


def survivor(record):
    """Returns the text that is printed for a survivor."""
    tests = record["reached_by"]
    shown = ", ".join(tests[:4]) + (f" and {len(tests) - 4} more" if len(tests) > 4 else "")
    return (f"{record['file']}:{record['line']}: {record['operator']} in {record['function']}\n"
            f"    - {record['original']}\n    + {record['mutated']}\n"
            f"    reached by {shown or 'no test'}")


def line_for_list(record):
    """Returns the mutant's line for the list, without the verdict and the reason."""
    return "\t".join(str(record[one]) for one in ("file", "function", "occurrence", "original", "mutated"))


def table(areas, records, listed):
    """Returns the table as text. It has a row for each area and one for all areas, with counts and
    the caught share."""
    rows = [ROWS]
    for area in [*areas, "all"]:
        stand = [standing(one, listed) for one in records if area in (one["area"], "all")]
        counts = [len(stand), stand.count("caught"), stand.count("equivalent"),
                  stand.count("missed") + stand.count("new")]
        told = counts[0] - counts[2]
        share = f"{100 * counts[1] / told:.1f} %" if told else "-"
        rows.append((area, *map(str, counts), share))
    widths = [max(len(row[column]) for row in rows) for column in range(len(ROWS))]
    return "\n".join("  ".join(cell.ljust(width) if not column else cell.rjust(width)
                               for column, (cell, width) in enumerate(zip(row, widths)))
                     for row in rows)
