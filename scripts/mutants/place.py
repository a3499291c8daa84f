"""A site: one change to one place of the code."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Site:
    """It is named by its file, function, the text of the lines that it touches before and after the
    change, and the occurrence among equals, so that the name outlives changes elsewhere in the file."""
    file: str
    function: str
    line: int
    operator: str
    original: str  # the lines touched
    mutated: str
    start: int     # offsets of the place
    end: int
    kind: str      # expression, or statement, which is passed over when the mutant is active
    text: str      # of an expression: what stands there when the mutant is active
    occurrence: int = 1

    @property
    def name(self):
        return self.file, self.function, self.original, self.mutated, self.occurrence
