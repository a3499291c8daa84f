#!/usr/bin/python3
"""Tests of costs.py: its table must have the costs from which the records were made. The last line
printed is "N passed, N failed".
"""

import sys

from helpers import Expected, main, record

import costs


class Costs(Expected):
    def table_of(self, lines):
        self.write(lines)
        status, out, errors = self.called(costs, "run")
        self.assertEqual((status, errors), (0, ""))
        rows = [line.split("\t") for line in out.splitlines() if not line.startswith("#")]
        return {(kind, measured, name, int(n)): float(value)
                for kind, measured, name, n, value in rows}

    def cell(self, subject, ns_of_an_entry, n=1000, fixed=0.005, **more):
        # record() has two samples: two repeats of n timers and 1000 operations.
        seconds = fixed + 2 * (n + 1000) * ns_of_an_entry / 1e9
        return record(subject, 1, 1.0, n=n, cell_seconds=seconds, **more)

    def test_fixed_time_and_rates(self):
        table = self.table_of([self.cell("nothing", 0), self.cell("binary-heap", 50),
                               self.cell("binary-heap", 200, n=100000),
                               self.cell("quad-heap:arity=4", 25)])
        self.assertAlmostEqual(table["fixed", "time", "*", 0], 5e6)
        self.assertAlmostEqual(table["rate", "time", "binary-heap", 1000], 50)
        self.assertAlmostEqual(table["rate", "time", "binary-heap", 100000], 200)
        self.assertAlmostEqual(table["rate", "time", "quad-heap", 1000], 25)
        self.assertAlmostEqual(table["rate", "time", "*", 1000], 25)

    def test_workloads_are_factors(self):
        lines = [self.cell("nothing", 0, workload=workload) for workload in ("hold", "idle")]
        for subject, ns in (("binary-heap", 40), ("quad-heap", 20)):
            lines += [self.cell(subject, 3 * ns, workload="hold"),
                      self.cell(subject, ns, workload="idle")]
        table = self.table_of(lines)
        self.assertAlmostEqual(table["factor", "time", "hold", 0]
                               / table["factor", "time", "idle", 0], 3, places=2)
        self.assertAlmostEqual(table["rate", "time", "binary-heap", 1000]
                               * table["factor", "time", "hold", 0], 120, places=0)

    def test_traces_and_footprints(self):
        table = self.table_of([
            self.cell("binary-heap", 1, trace_seconds=2000 * 30e-9),
            self.cell("binary-heap", 1, **{"pass": "memory"}, bytes_per_timer=9.5),
            self.cell("quad-heap", 1, **{"pass": "memory"}, bytes_per_timer=17),
            self.cell("quad-heap", 1, **{"pass": "memory"}, n=100000, bytes_per_timer=2)])
        self.assertAlmostEqual(table["rate", "trace", "*", 1000], 30)
        self.assertEqual(table["bytes", "memory", "binary-heap", 1000], 9.5)
        self.assertEqual(table["bytes", "memory", "*", 1000], 17)
        self.assertEqual(table["bytes", "memory", "quad-heap", 100000], 2)
        self.assertEqual(table["bytes", "memory", "*", 100000], 2)

    def test_wrappers_are_subjects_of_their_own(self):
        table = self.table_of([self.cell("lazy:quad-heap", 9), self.cell("loop:quad-heap@epoll", 9),
                               self.cell("nothing", 0)])
        self.assertIn(("rate", "time", "lazy:quad-heap", 1000), table)
        self.assertIn(("rate", "time", "loop:quad-heap@epoll", 1000), table)

    def test_cells_that_failed_count_for_nothing(self):
        table = self.table_of([self.cell("binary-heap", 50), self.cell("binary-heap", 10),
                               self.cell("slow", 1e6, status="too slow")])
        self.assertNotIn(("rate", "time", "slow", 1000), table)

    def test_operations_and_repeats_of_each_kind_of_record(self):
        """Rates are ns per entry. Records have 100, 50, 15, 510 entries and 2, 3, 1, 4 repeats."""
        def cell(subject, ns, **more):
            line = record(subject, 1, 1.0, n=10, cell_seconds=ns / 1e9, **more)
            return {key: value for key, value in line.items() if value is not None}

        table = self.table_of([
            cell("nothing", 0.001, ops=90),
            cell("planned", 2 * 100 * 7, operations=9, least_operations=1, ops=12345),
            cell("least", 3 * 50 * 6, operations=1, least_operations=40, samples_ns=[1, 2, 3]),
            cell("messages", 15 * 5, ops=None, messages=5, samples_ns=None),
            cell("fired", 4 * 510 * 4, ops=None, fired=500, samples_ns=[], repeats=4),
            cell("unknown", 99, ops=None, fired=None), cell("untimed", 0)])
        rates = {name: value for (kind, _, name, _), value in table.items() if kind == "rate"}
        self.assertEqual({name: round(value, 2) for name, value in rates.items()},
                         {"nothing": 0, "planned": 7, "least": 6, "messages": 5, "fired": 4, "*": 4.4})

    def test_the_whole_table(self):
        lines = [self.cell("nothing", 0, trace_seconds=0.01, workload=workload)
                 for workload in ("hold", "idle")]
        for subject, ns in (("binary-heap", 40), ("quad-heap", 10), ("wheel:tick=1ms", 25)):
            lines += [self.cell(subject, times * ns, n=n, workload=workload, **more)
                      for n in (1000, 100000) for workload, times, more in (
                          ("hold", 5, {}), ("idle", 2, {"trace_seconds": n / 1e6}))]
            lines += [self.cell(subject, ns, workload="idle", bytes_per_timer=ns / 10.0,
                                **{"pass": "memory"})]
        # Each of these subjects shares one workload with the next, so the fit takes many rounds.
        lines += [self.cell(f"chain-{number}", 3 * times, workload=f"w{number + times - 1}")
                  for number in range(5) for times in (1, 2)]
        self.write(lines)
        self.write([self.cell("quad-heap", 3, workload="rpc", bytes_per_timer=99),
                    self.cell("quad-heap", 3, workload="mix", bytes_per_timer=9),
                    self.cell("small", 3, n=7, workload="mix", bytes_per_timer=0.5),
                    self.cell("nothing", 0, workload="empty")], name="other")
        self.expect("costs", self.called(costs, "run", "other"))

    def test_help_says_what_it_is(self):
        status, out, _ = self.called(costs, "--help")
        self.assertEqual(status, 0)
        self.assertIn("Prints the table of costs", out)


if __name__ == "__main__":
    sys.exit(main())
