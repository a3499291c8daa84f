#!/usr/bin/python3
"""Tests of bibliography.py on small papers that the tests make, and on the paper itself.

The last line printed is "N passed, N failed".
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from helpers import SCRIPTS, main

import bibliography

PAPER = os.path.join(SCRIPTS, "..", "paper")

TEX = "Heaps~\\cite{williams64} are old \\citep[p.~3]{brown88, software}.\n"
BIB = """% a comment with @article{commented, title={no}}
@article{williams64, author={J. W. J. Williams}, title={Algorithm 232: {Heap}sort}, year={1964}}
@inproceedings{brown88,
  author = {Randy Brown},
  title  = "Calendar Queues, or year = of {O(1)}",
  year   = 1988
}
@misc{software, author={{Some authors}}, title={Software}, howpublished={\\url{a/b}, commit 12ab}}
"""
TSV = """# comment
key\tfields\twhere\twhen
williams64\tall\tfile 1\t2026-11-27
williams64\tpages\tfile 2\t2026-11-27
brown88\tall\thttps://example.org/a b\t2026-11-27
software\tcommit\tgithub.com/a/b at 12ab\t2026-11-27
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="timerbed-bibliography-")
        self.addCleanup(shutil.rmtree, self.folder)

    def paper(self, tex=TEX, bib=BIB, tsv=TSV, **more):
        for name, text in {"main.tex": tex, "refs.bib": bib, "refs-checked.tsv": tsv,
                           **{f"{name}.tex": text for name, text in more.items()}}.items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
                out.write(text)
        return self.folder

    def run_on(self, *arguments):
        return subprocess.run(["/usr/bin/python3", "-B", os.path.join(SCRIPTS, "bibliography.py"),
                               *arguments], capture_output=True, text=True, check=False)

    def fails(self, folder, sentence):
        result = self.run_on(folder)
        self.assertNotEqual(result.returncode, 0, result.stdout)
        self.assertIn(sentence, result.stderr)
        return result


class Reading(unittest.TestCase):
    def test_citations_of_every_form(self):
        text = ("\\cite{a}\\citep[see][p.~1]{b,c}\n% \\cite{no}\n50\\,\\% of \\citet*{ d }\n"
                "\\nocite{e} \\cite{f,\ng}\n\\excited{x}")
        self.assertEqual(list(bibliography.citations(text)),
                         [("a", 1), ("b", 1), ("c", 1), ("d", 3), ("e", 4), ("f", 4), ("g", 4)])

    def test_fields_with_braces_quotes_and_numbers(self):
        found = list(bibliography.entries(BIB))
        self.assertEqual([(key, kind) for key, kind, _ in found],
                         [("williams64", "article"), ("brown88", "inproceedings"),
                          ("software", "misc")])
        self.assertEqual(found[0][2]["title"], "Algorithm 232: {Heap}sort")
        self.assertEqual(found[1][2], {"author": "Randy Brown", "year": "1988",
                                       "title": "Calendar Queues, or year = of {O(1)}"})

    def test_comments_strings_and_preambles_are_no_entries(self):
        text = "@comment{a, b}\n@string{c = {d}}\n@preamble{e, f}\n@book{g, title={h}}\n"
        self.assertEqual([key for key, _, _ in bibliography.entries(text)], ["g"])


class Verdicts(Case):
    def test_a_whole_paper_passes(self):
        result = self.run_on(self.paper())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout, "3 entries, all checked; 0 not cited\n")

    def test_a_citation_without_entry_fails_with_its_place(self):
        folder = self.paper(second="one\ntwo \\cite{brown88,nobody}\n")
        self.fails(folder, "second.tex:2: refs.bib has no nobody")

    def test_an_entry_without_evidence_fails(self):
        lines = [line for line in TSV.split("\n") if not line.startswith("brown88")]
        self.fails(self.paper(tsv="\n".join(lines)), "brown88 has no line in refs-checked.tsv")

    def test_evidence_in_a_comment_is_none(self):
        self.fails(self.paper(tsv=TSV.replace("brown88", "#brown88")), "brown88 has no line")

    def test_an_entry_that_nothing_cites_is_a_warning(self):
        result = self.run_on(self.paper(tex="\\cite{williams64} % \\cite{brown88,software}\n"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("warning: refs.bib: nothing cites brown88\n", result.stdout)
        self.assertIn("2 not cited", result.stdout)

    def test_nocite_of_all_cites_all(self):
        result = self.run_on(self.paper(tex="\\nocite{*}\n"))
        self.assertEqual((result.returncode, result.stdout),
                         (0, "3 entries, all checked; 0 not cited\n"))

    def test_evidence_for_nothing_fails(self):
        self.fails(self.paper(tsv=TSV + "gone\tall\tfile 3\t2026-11-27\n"),
                   "refs-checked.tsv:7: refs.bib has no gone")

    def test_evidence_in_other_columns_fails(self):
        for line in ("brown88\tpages\t2026-11-27\n", "brown88\t\tfile 3\t2026-11-27\n",
                     "brown88 pages file 2026-11-27\n"):
            self.fails(self.paper(tsv=TSV + line), "refs-checked.tsv:7: not the columns")
        self.fails(self.paper(tsv=TSV + "brown88\tpages\tfile 3\tlately\n"), "lately is no day")

    def test_an_entry_twice_fails(self):
        self.fails(self.paper(bib=BIB + BIB), "brown88 is there twice")

    def test_what_an_entry_has_to_have(self):
        self.fails(self.paper(bib=BIB.replace("year   = 1988", "month = 3")), "brown88 has no year")
        self.fails(self.paper(bib=BIB.replace(", commit 12ab", "")), "software has no year")
        self.fails(self.paper(bib=BIB.replace("author = {Randy Brown},", "")),
                   "brown88 has no author")
        self.fails(self.paper(bib=BIB.replace("title={Software}", "title={}")),
                   "software has no title")

    def test_a_missing_file_is_said(self):
        os.remove(os.path.join(self.paper(), "refs-checked.tsv"))
        self.assertIn("refs-checked.tsv", self.run_on(self.folder).stderr)
        self.assertEqual(self.run_on(self.folder).returncode, 1)


class Paper(Case):
    def test_the_paper_holds(self):
        for arguments in ((PAPER,), ()):
            result = self.run_on(*arguments)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("all checked", result.stdout)


if __name__ == "__main__":
    sys.exit(main())
