"""The passes (kinds of measurement). passes/NAME.py describes the pass NAME to the scripts.

A file sets these names, of which the last six are optional:

  PLACE     the order of the passes. The answer of a run is about the first pass that the run has
  MEASURE   the key of records that the pass ranks by
  UNIT      the unit of the measure, in tables
  TITLE     the measure on axes and in tables, in lower case
  EXACT     True if the measure is the same in each run. The paper then doesn't mark numbers of few
            blocks as indicative
  VERDICTS  {verdict of inference.py: this pass's word for it}, if words like "faster" do not fit
  COLUMNS   the columns of a pass that ranks nothing. Its table shows all that the pass measures
  BESIDE    an additional table of a pass that ranks. It is shown if the records have its key
  SIGNED    the keys, of MEASURE and COLUMNS, whose numbers may be negative. If MEASURE is one of
            them, subjects are compared by differences, because ratios of such numbers mean nothing.
            Then the pass ranks nothing, so it has COLUMNS
  BELOW_0   a sentence that says what a negative number means
"""

from typing import NamedTuple

import found


class Beside(NamedTuple):
    """An additional table of a pass that ranks. It is not part of the ranking."""

    key: str  # the table is shown if records have this key
    title: str
    text: str
    columns: tuple  # (key of records, heading)


class Pass(NamedTuple):
    """What passes/NAME.py sets. The module's docstring describes the fields."""

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
        """Returns the verdict of a ratio of this pass, as it is printed."""
        word = self.verdict(ratio.verdict)
        return f"indicative: {word}" if ratio.indicative else word

    def verdict(self, word):
        """Returns this pass's word for a verdict of inference.py."""
        return self.verdicts.get(word, word)

    @property
    def heading(self):
        """Returns the title with a capital letter, for the beginning of a sentence."""
        return f"{self.title[0].upper()}{self.title[1:]}"

    @property
    def differences(self):
        """Returns whether subjects are compared by differences of the measure, and not by ratios."""
        return self.measure in self.signed

    @property
    def from_0(self):
        """Returns the keys of records whose values are numbers that are not negative."""
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
    """Returns the Pass called `name`."""
    return PASSES[name]
