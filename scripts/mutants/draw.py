"""Which sites a seed draws.

A site's place in the order of an area follows from the seed and from its name alone, so that the draw
stays the same when other lines change. Lines have equal chances, on a line the operators, and of an
operator its sites; no line is drawn twice.
"""

import collections
import hashlib
import math


def uniform(seed, site):
    """A number above 0 and below 1."""
    digest = hashlib.sha256(repr((seed, site.name)).encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 1) / (2 ** 64 + 2)


def drawn(sites, seed, count):
    """At most `count` of the sites of an area."""
    operators = collections.defaultdict(set)
    alike = collections.Counter()
    for site in sites:
        operators[site.file, site.line].add(site.operator)
        alike[site.file, site.line, site.operator] += 1

    def order(site):
        weight = 1 / (len(operators[site.file, site.line]) *
                      alike[site.file, site.line, site.operator])
        return -math.log(uniform(seed, site)) / weight

    found, lines = [], set()
    for site in sorted(sites, key=order):
        if len(found) == count:
            break
        if (site.file, site.line) not in lines:
            lines.add((site.file, site.line))
            found.append(site)
    return found


def shares(parts, count):
    """`count` split by the parts of 100, which may leave some to others."""
    return {area: round(count * part / 100) for area, part in parts.items()}
