"""Draws sites at random, from a seed.

The rank of a site within its area depends only on the seed and on the site's name. So the draw
stays the same when other lines of the code change. Each line has the same chance to be drawn, each
operator on a line has an equal share of the line's chance, and each site of an operator has an
equal share of the operator's. At most one site of a line is drawn.
"""

import collections
import hashlib
import math


def uniform(seed, site):
    """Returns a number above 0 and below 1 that the seed and the site determine."""
    digest = hashlib.sha256(repr((seed, site.name)).encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 1) / (2 ** 64 + 2)


def drawn(sites, seed, count):
    """Returns at most `count` of the sites of an area."""
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
    """Returns {area: its share of `count`}. `parts` are percentages, which may add up to less than
    100."""
    return {area: round(count * part / 100) for area, part in parts.items()}
