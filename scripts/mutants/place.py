"""A site: one change to one place of the code."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Site:
    """A mutation of one place.

    The name of a site consists of the file, the function, the text of the changed lines before and
    after the change, and a number (occurrence) if a function has equal changes. So a change
    elsewhere in the file does not change the name.
    """
    file: str
    function: str
    line: int
    operator: str
    original: str  # the text of the changed lines
    mutated: str
    start: int     # offsets of the place
    end: int
    kind: str      # "expression"; or "statement", which an active mutant skips
    text: str      # for an expression: the expression that replaces it in an active mutant
    occurrence: int = 1

    @property
    def name(self):
        return self.file, self.function, self.original, self.mutated, self.occurrence
