"""Sources in which each of several sites can be switched on at run time.

Every place asks mutant_active(NUMBER) of switch.h. Nothing is moved to another line, so that messages
of the compiler and of assertions name the lines of the original.
"""


def on_one_line(text):
    """Mutated text: the original, which stands beside it, brings the line ends."""
    return " ".join(line.strip() for line in text.split("\n"))


def switched(number, site, inner):
    """The text of a place, which is `inner` unless the mutant is active. An `else` that follows a
    statement stays with its own `if` because of the braces."""
    if site.kind == "statement":
        return f"{{ if (!mutant_active({number})) {inner} }}"
    return f"(mutant_active({number}) ? ({on_one_line(site.text)}) : ({inner}))"


def rewritten(text, numbered):
    """`text` (bytes) with the sites, which are (number, site) of this file."""

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
