"""Rewrites sources so that each of several mutants can be activated at run time.

Each mutated place calls mutant_active(NUMBER) of switch.h. No code moves to another line, so
messages of the compiler and of assertions name the lines of the original.
"""


def on_one_line(text):
    """Joins the lines of a mutated text. The original follows it and has the line breaks."""
    return " ".join(line.strip() for line in text.split("\n"))


def switched(number, site, inner):
    """Returns code that is `inner` unless the mutant is active.

    A statement gets braces, so that an `else` after it still belongs to the same `if`.
    """
    if site.kind == "statement":
        return f"{{ if (!mutant_active({number})) {inner} }}"
    return f"(mutant_active({number}) ? ({on_one_line(site.text)}) : ({inner}))"


def rewritten(text, numbered):
    """Returns `text` (bytes) with the mutants. `numbered` lists (number, site) of this file."""

    def render(start, end, sites):
        out, at = [], start
        while sites:
            number, site = sites[0]
            within = [one for one in sites[1:] if one[1].end <= site.end]
            sites = sites[1 + len(within):]
            out += [text[at:site.start].decode(), switched(number, site, render(
                site.start, site.end, within))]
            at = site.end
        return "".join(out) + text[at:end].decode()

    outermost_first = sorted(numbered, key=lambda one: (one[1].start, -one[1].end,
                                                        one[1].kind != "statement"))
    return render(0, len(text), outermost_first).encode()
