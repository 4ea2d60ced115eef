# SPDX-License-Identifier: MIT
"""Names in our gnuplot scripts: none that a newer gnuplot may take for a function of its own. And the chart of
latencies, which no rule asks for."""

import csv
import re

from harness import COLUMNS, Case, HERE, main

SCRIPTS = sorted((HERE.parent.parent / 'scripts' / 'gnuplot').glob('*.gp'))
DEFINED = re.compile(r'(\w+)(\([^()]*\))? = ')


class Gnuplot(Case):
    def test_names_are_ours(self):
        self.assertTrue(SCRIPTS)
        for script in SCRIPTS:
            for number, line in enumerate(script.read_text().splitlines(), 1):
                defined = DEFINED.match(line)
                if not defined:
                    continue
                name, is_function = defined.group(1, 2)
                ours = name.startswith('cp_') or (
                    not is_function and name.isupper() and not name.startswith(('ARG', 'FIT_', 'GPVAL_', 'MOUSE_')))
                self.assertTrue(ours, f'{script.name}:{number}: {name}')

    def test_capitals_that_are_generated(self):
        """Those that the scripts use."""
        for script in SCRIPTS:
            code = '\n'.join(line for line in script.read_text().splitlines() if not line.startswith('#'))
            self.assertEqual(re.findall(r'\b(?:ARG|FIT_|GPVAL_|MOUSE_)\w*', code), [], script.name)

    def run_of(self, cells):
        """A results folder of seven blocks; cells: name, and latencies by what stands in the column's name."""
        (self.folder / 'run').mkdir()
        with open(self.folder / 'run/samples.csv', 'w', newline='') as file:
            writer = csv.DictWriter(file, COLUMNS, restval='', lineterminator='\n')
            writer.writeheader()
            for block in range(7):
                for cell, latencies in cells:
                    writer.writerow({'run_id': 'r', 'block': block, 'slot': 0, 'cell': cell, 'status': 'ok',
                                     'items': 10, 'items_per_second': 10 + block,
                                     **{f'latency_{key}_ns': value + block for key, value in latencies.items()}})

    def test_latencies(self):
        """Models side by side; what has one model alone is not drawn, nor is an absent quantile."""
        loop = 'native/io/echo/event-loop/workers:1/conc:{}/place:split'
        tasks = 'native/io/echo/thread-per-task/conc:{}/place:split'
        quantiles = {'p50': 1000, 'p90': 2000, 'p99': 9000, 'uncorrected_p50': 500, 'uncorrected_p99': 800}
        self.run_of([(loop.format(64), quantiles), (tasks.format(64), {**quantiles, 'p999': 20000}),
                     (loop.format(8), quantiles), (tasks.format(4), {})])
        self.crosspoint('report', 'run')
        self.assertTrue((self.folder / 'run/charts/latency.svg').stat().st_size > 1000)
        rows = list(csv.DictReader(open(self.folder / 'run/charts/latency.csv')))
        self.assertEqual({(row['panel'], row['model']) for row in rows},
                         {('1', 'event-loop'), ('1', 'thread-per-task')})
        of_loop = [(row['from'], row['one_in'], row['latency_ns']) for row in rows if row['model'] == 'event-loop']
        self.assertEqual(of_loop, [('due', '2', '1003'), ('due', '10', '2003'), ('due', '100', '9003'),
                                   ('sent', '2', '503'), ('sent', '100', '803')])
        self.assertIn(('1000', '20003'), [(row['one_in'], row['latency_ns']) for row in rows])


if __name__ == '__main__':
    main()
