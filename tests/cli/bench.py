# SPDX-License-Identifier: MIT
"""The cells under Google Benchmark's own flags."""

import csv
import io
import json
import os
import pathlib
import signal
import unittest

from harness import Case, children, main

CELLS = '--benchmark_filter=null/empty/(serial|process-pool)|io/echo/event-loop/.*conc:16/'
QUICK = 'bench', '--benchmark_min_time=0.001', '--benchmark_repetitions=2'


def read_json(text):
    """Strictly: Python takes NaN and Infinity, JSON has none."""
    def refuse(constant):
        raise ValueError(f'{constant} in JSON')
    return json.loads(text, parse_constant=refuse)


two_units = unittest.skipIf(len(os.sched_getaffinity(0)) < 2, 'the cells need two processing units')


class Bench(Case):
    def expect_benchmarks(self, text):
        runs = read_json(text)['benchmarks']
        names = {run['run_name'].removesuffix('/manual_time') for run in runs}
        self.assertEqual({name.split('/')[3] for name in names}, {'serial', 'process-pool', 'event-loop'})
        cells = set(self.crosspoint('list', 'cells')[0].split())
        self.assertLessEqual(names, cells)
        for run in runs:
            self.assertNotIn('error_occurred', run)
            self.assertGreater(run['real_time'], 0) if run['run_type'] == 'iteration' else None
        self.assertEqual(sum(run['run_type'] == 'iteration' for run in runs), 2 * len(names))

    @two_units
    def test_json(self):
        self.expect_benchmarks(self.crosspoint(*QUICK, CELLS, '--benchmark_format=json')[0])

    @two_units
    def test_file(self):
        output, _ = self.crosspoint(*QUICK, CELLS, '--benchmark_out=out.json', '--benchmark_out_format=json')
        self.assertIn('null/empty/serial', output)
        self.assertNotIn('\x1b', output)
        self.expect_benchmarks((self.folder / 'out.json').read_text())

    @two_units
    def test_csv(self):
        output, _ = self.crosspoint(*QUICK, CELLS, '--benchmark_format', 'csv')
        self.assertTrue(all(row['real_time'] for row in csv.DictReader(io.StringIO(output))))

    def test_interrupted(self):
        """What was measured is a whole file, and nothing else is left."""
        for number in signal.SIGINT, signal.SIGTERM:
            with self.subTest(number):
                process = self.start('bench', '--benchmark_filter=native/(null|cpu)/', '--benchmark_min_time=0.2',
                                     '--benchmark_out=out.json')
                for line in process.stdout:
                    if line.startswith('native/'):
                        break
                process.send_signal(number)
                errors = self.finish(process, 130)[1]
                self.assertIn('crosspoint bench: interrupted; what was measured is in out.json\n', errors)
                self.assertEqual([path.name for path in self.folder.iterdir()], ['out.json'])
                self.assertGreater(len(read_json((self.folder / 'out.json').read_text())['benchmarks']), 0)

    def test_interrupted_in_a_round(self):
        """However long it was to be."""
        process = self.start('bench', '--benchmark_filter=native/io/sleep/(serial|process-pool)', '--benchmark_min_time=300')
        self.wait_until(lambda: children(process.pid), 'no cell')
        process.send_signal(signal.SIGINT)
        self.finish(process, 130)

    def test_interrupted_command(self):
        """Commands in flight end with their cell."""
        process = self.start('bench', '--command', "sh -c 'echo $$ >> pids; exec sleep 300'",
                             '--benchmark_filter=native/own/command/thread-pool')
        pids = self.folder / 'pids'
        self.wait_until(lambda: pids.exists() and pids.read_text().endswith('\n'), 'no command')
        process.send_signal(signal.SIGTERM)
        self.finish(process, 130)
        for pid in pids.read_text().split():
            self.assertFalse(pathlib.Path('/proc', pid).exists(), f'{pid} is left')

    def test_interrupted_display(self):
        """JSON on standard output ends as JSON does."""
        process = self.start('bench', '--benchmark_filter=native/(null|cpu)/', '--benchmark_min_time=0.2',
                             '--benchmark_format=json')
        text = ''
        while '"real_time"' not in text:
            text += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        text += process.stdout.read()
        self.assertEqual(process.wait(60), 130)
        self.assertGreater(len(read_json(text)['benchmarks']), 0)

    def test_list(self):
        cells = [cell for cell in self.crosspoint('list', 'cells')[0].split() if cell.startswith('native/')]
        for flags in ['--benchmark_list_tests'], ['--benchmark_list_tests=true', '--benchmark_filter', '.']:
            output, _ = self.crosspoint('bench', *flags)
            self.assertEqual([name.removesuffix('/manual_time') for name in output.split()], cells)
        others = '|'.join({cell.split('/')[1] for cell in cells} - {'create'})
        output, _ = self.crosspoint('bench', '--benchmark_list_tests', '--benchmark_filter', f'-native/({others})/')
        self.assertEqual({name.split('/')[1] for name in output.split()}, {'create'})

    def test_skipped(self):
        """Where a cell cannot run, and nothing else is wrong."""
        def use_one_unit():
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        cells = '--benchmark_filter=io/echo/event-loop/.*conc:64/.*split|null/empty/serial'
        output, _ = self.crosspoint('bench', '--benchmark_min_time=0.001', cells, preexec_fn=use_one_unit)
        self.assertRegex(output, r"io/echo/event-loop/\S*split\S* +ERROR OCCURRED: 'skipped: place:split needs 2 ")
        self.assertRegex(output, r'null/empty/serial\S* +[\d.]+ ns')


if __name__ == '__main__':
    main()
