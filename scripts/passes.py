"""The passes, and what the scripts know of each: the file passes/NAME.py.

A file sets these names, of which the last six may be missing:

  PLACE     the order of the passes. The answer of a run is about the first pass that the run has
  MEASURE   the key of records that the pass ranks by
  UNIT      of the measure, in tables
  TITLE     the measure on axes and in tables, in lower case
  EXACT     True if the measure repeats from run to run, so that few blocks say as much as many
  VERDICTS  {verdict of inference.py: the word for it here}, where the words of time do not fit
  COLUMNS   the columns of a pass that has a table with all that it measures, and ranks nothing
  BESIDE    the table of what a pass that ranks measures besides, where the records have it
  SIGNED    the keys, of MEASURE and COLUMNS, whose numbers may be below 0. If MEASURE is one, subjects
            are compared by differences, as ratios of such numbers mean nothing; and the pass ranks
            nothing, so it has COLUMNS
  BELOW_0   what a number below 0 means, as a sentence
"""

from typing import NamedTuple

import found


class Beside(NamedTuple):
    """A table that stands beside the ranking of a pass."""

    key: str  # the table is shown if records have this key
    title: str
    text: str
    columns: tuple  # (key of records, heading)


class Pass(NamedTuple):
    """What passes/NAME.py says."""

    name: str
    place: int
    measure: str
    unit: str
    title: str
    exact: bool = False
    verdicts: dict = {}
    columns: tuple = ()  # (key of records, heading)
    beside: Beside = None
    signed: tuple = ()
    below_0: str = ""

    def words(self, ratio):
        """The verdict of a ratio of this pass, as it is to be printed."""
        word = self.verdict(ratio.verdict)
        return f"indicative: {word}" if ratio.indicative else word

    def verdict(self, word):
        """The word of this pass for a verdict of inference.py."""
        return self.verdicts.get(word, word)

    @property
    def heading(self):
        """The measure at the beginning of a sentence."""
        return f"{self.title[0].upper()}{self.title[1:]}"

    @property
    def differences(self):
        """Whether subjects are compared by differences of the measure, and not by ratios."""
        return self.measure in self.signed

    @property
    def from_0(self):
        """The keys of records whose values are numbers of at least 0."""
        shown = self.columns + (self.beside.columns if self.beside else ())
        return [key for key in (self.measure, *(key for key, _ in shown)) if key not in self.signed]


def _read(name):
    said = vars(found.load("passes", name))
    facts = {key.lower(): value for key, value in said.items() if key.isupper()}
    if facts.get("beside"):
        facts["beside"] = Beside(*facts["beside"])
    return Pass(name, **facts)


PASSES = {one.name: one for one in sorted(
    (_read(name) for name in found.names("passes")), key=lambda one: one.place)}


def of(name):
    """The pass of that name."""
    return PASSES[name]
