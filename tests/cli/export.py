# SPDX-License-Identifier: MIT
"""crosspoint export: what each tracker would read is what was measured, and nothing else."""

import csv
import json
import pathlib
import re
import shutil
import statistics
import subprocess

from harness import FIXTURES, Case, main
from trackers import (DEBIAN_PYTHON, needs_module, read_asv, read_bmf, read_github, read_hyperfine, read_lnt,
                      read_openmetrics, read_otava, read_pyperf, read_trace)

ECHO = 'native/io/echo/event-loop/workers:1/conc:16/place:split'
SKIPPED = 'native/io/sleep/serial/place:compact'
FAILED = 'native/cpu/sum-squares/serial/place:compact'
COMMIT = '0123456789abcdef0123456789abcdef01234567'
ONE_FILE = 'bmf', 'lnt', 'pyperf', 'hyperfine', 'openmetrics'
FOLDERS = 'github-action-benchmark', 'otava', 'asv'


class Export(Case):
    def setUp(self):
        super().setUp()
        self.results = self.make('R', '2026-11-30T19:00:51Z')

    def make(self, name, written, change=lambda row: None):
        """A copy of the fixture, finished at that time, of which SKIPPED has no figure and ECHO latencies."""
        folder = self.folder / name
        shutil.copytree(FIXTURES / 'results', folder)
        run = json.loads((folder / 'run.json').read_text())
        run['outcome'] = {'written': written}
        run['versions'] = {'commit': COMMIT, 'crosspoint': '0.1.0'}
        run['machine']['fingerprint'] = {'cpu_model': 'Made "up" \\ CPU', 'kernel': '6.1'}
        (folder / 'run.json').write_text(json.dumps(run))
        with open(folder / 'samples.csv', newline='') as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            if row['cell'] == SKIPPED:
                row.update(status='skipped', items_per_second='', items='', wall_ns='')
            elif row['cell'] == ECHO:
                row.update(latency_p99_ns=str(1000000 + 7919 * int(row['block']) % 13))
            change(row)
        with open(folder / 'samples.csv', 'w', newline='') as file:
            writer = csv.DictWriter(file, rows[0], lineterminator='\n')
            writer.writeheader()
            writer.writerows(rows)
        return folder

    def measured(self, cell, column, folder=None):
        with open((folder or self.results) / 'samples.csv', newline='') as file:
            return [float(row[column]) for row in csv.DictReader(file)
                    if row['cell'] == cell and row['status'] == 'ok' and row[column]]

    def export(self, form, *arguments, results=None):
        out = self.folder / f'out-{form}'
        for path in results or [self.results]:
            arguments = *arguments, path
        output, errors = self.crosspoint('export', '--format', form, '--out', out, *arguments)
        self.assertEqual((output, errors), ('', ''))
        self.assertNotIn(SKIPPED, out.read_text() if out.is_file() and form != 'openmetrics' else '')
        return out

    def test_bmf(self):
        read = read_bmf(self.export('bmf'))
        self.assertNotIn(SKIPPED, read)
        self.assertEqual(len(read), 10)
        self.assertAlmostEqual(read[ECHO]['throughput']['value'],
                               statistics.median(self.measured(ECHO, 'items_per_second')))
        self.assertAlmostEqual(read[ECHO]['latency-p99']['value'],
                               statistics.median(self.measured(ECHO, 'latency_p99_ns')))
        self.assertLess(read[ECHO]['throughput']['lower_value'], read[ECHO]['throughput']['upper_value'])
        self.assertNotIn('latency-p99', read[FAILED])  # it has none: not 0
        self.assertEqual(read, json.loads(self.crosspoint('export', '--format', 'bmf', self.results)[0]))

    def test_few_launches(self):
        """Four launches have a median, and no interval of 95 %."""
        cell = 'native/io/sleep/event-loop/workers:1/conc:64/place:compact'
        self.assertEqual(set(read_bmf(self.export('bmf'))[cell]['throughput']), {'value'})

    def test_github(self):
        out = self.export('github-action-benchmark')
        bigger, smaller = out / 'customBiggerIsBetter.json', out / 'customSmallerIsBetter.json'
        read = read_github(bigger)
        self.assertTrue(all(name.endswith((' throughput', ' fairness')) for name in read))
        self.assertFalse(any(name.endswith((' throughput', ' fairness')) for name in read_github(smaller)))
        self.assertAlmostEqual(read[f'{ECHO} throughput']['value'],
                               statistics.median(self.measured(ECHO, 'items_per_second')))
        self.assertIn('12 launches', read[f'{ECHO} throughput']['extra'])
        # A direction without a figure has no file: the action refuses an empty one, and an old one is not ours.
        self.results = self.make('slow', '2026-11-30T19:00:51Z', lambda row: row.update(items_per_second=''))
        self.export('github-action-benchmark')
        self.assertFalse(bigger.exists())
        self.assertTrue(read_github(smaller))

    @needs_module('yaml', 'python3-yaml')
    def test_otava(self):
        """A row a run, by time whatever the order of the folders, and no column that a run lacks."""
        def faster(row):
            row.update(items_per_second=str(2 * float(row['items_per_second'] or 1)), latency_p99_ns='')
        later = self.make('later', '2026-12-01T08:00:00Z', faster)
        read = read_otava(self.export('otava', results=[later, self.results]))
        self.assertEqual(set(read), set(read_bmf(self.export('bmf'))))
        direction, values = read[ECHO]['throughput']
        self.assertEqual(direction, 1)
        self.assertAlmostEqual(values[1], 2 * values[0])
        self.assertEqual(values[0], statistics.median(self.measured(ECHO, 'items_per_second')))
        self.assertNotIn('latency-p99', read[ECHO])
        one = read_otava(self.export('otava'))
        self.assertEqual(one[ECHO]['latency-p99'][0], -1)

    @needs_module('yaml', 'python3-yaml')
    def test_otava_names(self):
        """Two cells whose file names would be one."""
        def rename(row):
            if row['cell'] == ECHO:
                row['cell'] = 'made/a:b/c/d'
            elif row['cell'] == FAILED:
                row['cell'] = 'made/a/b/c:d'
        self.results = self.make('alike', '2026-11-30T19:00:51Z', rename)
        read = read_otava(self.export('otava'))
        self.assertNotEqual(read['made/a:b/c/d']['throughput'], read['made/a/b/c:d']['throughput'])

    def test_lnt(self):
        read = read_lnt(self.export('lnt'))
        self.assertEqual(read[ECHO]['score'], self.measured(ECHO, 'items_per_second'))
        for sample, value in zip(read[f'{ECHO}.latency-p99']['execution_time'],
                                 self.measured(ECHO, 'latency_p99_ns'), strict=True):
            self.assertAlmostEqual(sample, value / 1e9)

    def test_asv(self):
        """Less is better always, and what lies in the folder stays."""
        out = self.export('asv', '--filter', 'event-loop/workers:1/conc:16')
        self.export('asv', '--commit', 40 * 'f', '--filter', 'sum-squares')
        read = read_asv(out)
        self.assertEqual(set(read), {'nowhere'})
        self.assertEqual(set(read['nowhere']), {COMMIT, 40 * 'f'})
        row = read['nowhere'][COMMIT][f'{ECHO}.time-per-item']
        self.assertAlmostEqual(row['result'][0], statistics.median(
            1 / rate for rate in self.measured(ECHO, 'items_per_second')))
        self.assertNotIn(f'{ECHO}.throughput', read['nowhere'][COMMIT])
        self.assertIn(f'{FAILED}.time-per-item', read['nowhere'][40 * 'f'])
        self.assertNotIn(f'{ECHO}.time-per-item', read['nowhere'][40 * 'f'])

    def test_asv_machine_name(self):
        """A stranger's host name does not lead out of the folder."""
        path = self.results / 'run.json'
        path.write_text(path.read_text().replace('nowhere', '../../elsewhere'))
        out = self.export('asv')
        self.assertEqual(sorted(path.name for path in out.iterdir()), ['_._.._elsewhere', 'benchmarks.json'])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ['R', 'out-asv'])

    def test_pyperf(self):
        read = read_pyperf(self.export('pyperf'))
        for value, rate in zip(read[f'{ECHO} time-per-item'], self.measured(ECHO, 'items_per_second'), strict=True):
            self.assertAlmostEqual(value, 1 / rate)

    def test_hyperfine(self):
        read = read_hyperfine(self.export('hyperfine'))
        result, times = read[ECHO], read[ECHO]['times']
        self.assertAlmostEqual(result['mean'], statistics.mean(times))
        self.assertAlmostEqual(result['stddev'], statistics.stdev(times))
        self.assertAlmostEqual(result['median'], statistics.median(times))
        self.assertEqual(result['parameters'], {'model': 'event-loop', 'workers': '1', 'conc': '16', 'place': 'split'})

    def test_openmetrics(self):
        read = read_openmetrics(self.export('openmetrics'))
        labels = tuple(sorted({'cell': ECHO, 'runtime': 'native', 'family': 'io', 'workload': 'echo',
                               'model': 'event-loop'}.items()))
        self.assertAlmostEqual(read['crosspoint_latency_p99_seconds', labels],
                               statistics.median(self.measured(ECHO, 'latency_p99_ns')) / 1e9)
        self.assertLess(read['crosspoint_throughput_low_items_per_second', labels],
                        read['crosspoint_throughput_items_per_second', labels])
        self.assertEqual(read['crosspoint_launches', (('cell', SKIPPED), ('status', 'skipped'))], 12)
        self.assertEqual([dict(key[1]).get('cell') for key in read].count(SKIPPED), 1)
        self.assertEqual(read['crosspoint_launches', (('cell', FAILED), ('status', 'failed'))], 1)

    def test_openmetrics_of_some(self):
        """What was not asked for stands in no family."""
        read = read_openmetrics(self.export('openmetrics', '--filter', '^native/io/echo/event-loop/'))
        cells = {dict(key[1]).get('cell') for key in read if not isinstance(key, str)} - {None}
        self.assertTrue(cells and all(cell.startswith('native/io/echo/event-loop/') for cell in cells), cells)

    @needs_module('prometheus_client', 'python3-prometheus-client')
    def test_openmetrics_by_prometheus(self):
        """Its own two parsers find the same samples."""
        path = self.export('openmetrics')
        code = 'import importlib, sys\n' \
               'parse = importlib.import_module(sys.argv[1]).text_string_to_metric_families\n' \
               'print(sum(len(family.samples) for family in parse(open(sys.argv[2]).read())))'
        for module in 'prometheus_client.openmetrics.parser', 'prometheus_client.parser':
            found = subprocess.run([DEBIAN_PYTHON, '-c', code, module, path], check=True, capture_output=True)
            self.assertEqual(int(found.stdout), len(read_openmetrics(path)))

    def test_filter(self):
        self.assertEqual(set(read_bmf(self.export('bmf', '--filter', 'event-loop.*conc:16'))), {ECHO})

    def test_without_run_file(self):
        """A bare samples.csv will do where no time is needed."""
        bare = self.results / 'samples.csv'
        for form in ONE_FILE:
            if form != 'lnt':
                self.export(form, results=[bare])
        for form in 'lnt', 'otava', 'asv':
            self.expect_error(['export', '--format', form, '--out', 'O', bare], 'samples.csv', 'needs the time of')

    def test_bad_usage(self):
        self.expect_error(['export'], 'name a results folder')
        self.expect_error(['export', 'R'], '--format is missing')
        self.expect_error(['export', 'R', '--format', 'bmg'], "no format 'bmg'; did you mean bmf?")
        self.expect_error(['export', 'R', '--format', 'x'], 'known: bmf, github-action-benchmark')
        for form in FOLDERS:
            self.expect_error(['export', 'R', '--format', form], f'{form} is several files', '--out DIR')
        for form in *ONE_FILE, 'asv', 'github-action-benchmark':
            self.expect_error(['export', 'R', 'S', '--format', form, '--out', 'O'], 'takes one results folder', 'S')
        self.expect_error(['export', 'R', 'R', '--format', 'otava', '--out', 'O', '--commit', COMMIT], '--commit')
        self.expect_error(['export', 'none', '--format', 'bmf'], 'none: No such file')
        self.expect_error(['export', 'R', '--format', 'bmf', '--filter', '('], '(')
        self.expect_error(['export', 'R', '--format', 'asv', '--out', 'O', '--commit', 'abc'], "'abc'", '40 digits')
        self.expect_error(['export', 'R', '--format', 'bmf', '--commit', 'a\nb'], 'commit')
        errors = self.crosspoint('export', 'R', '--format', 'bmf', '--filter', 'sleep/serial', code=3)[1]
        self.assertIn('no cell that matches --filter has a figure', errors)

    def test_bad_input(self):
        """Names that a tracker cannot hold, another machine, a file where a folder should be."""
        self.make('long', '2026-11-30T19:00:51Z', lambda row: row.update(cell=row['cell'] + 'x' * 1000))
        self.expect_error(['export', 'long', '--format', 'bmf'], 'characters; bmf takes 1024')
        self.make('escape', '2026-11-30T19:00:51Z', lambda row: row.update(cell=row['cell'] + '\x1b[31m'))
        for form in ONE_FILE:
            self.expect_error(['export', 'escape', '--format', form], 'control characters')
        other = self.make('other', '2026-11-30T19:00:52Z')
        (other / 'run.json').write_text((other / 'run.json').read_text().replace('"6.1"', '"6.2"'))
        self.expect_error(['export', 'R', 'other', '--format', 'otava', '--out', 'O'], 'R and other',
                          'different machines')
        (self.folder / 'file').touch()
        self.expect_error(['export', 'R', '--format', 'asv', '--out', 'file'], 'file is no folder')
        (self.folder / 'O').mkdir(exist_ok=True)
        (self.folder / 'O' / 'benchmarks.json').write_text('{"version": 7}')
        self.expect_error(['export', 'R', '--format', 'asv', '--out', 'O'], 'O/benchmarks.json', 'version 2')
        self.assertEqual(pathlib.Path(self.folder / 'O' / 'benchmarks.json').read_text(), '{"version": 7}')

    def test_full_disk(self):
        self.expect_error(['export', 'R', '--format', 'bmf', '--out', '/dev/full'], '/dev/full')


class Trace(Case):
    """launch --trace: every task once, where and when it ran; launch --hgrm."""

    def test_hgrm(self):
        """A launch's latencies: as many as there were messages, the largest as the row says."""
        cell = 'native/io/echo/event-loop/workers:1/conc:4'
        output, _ = self.crosspoint('launch', cell, '--items', 400, '--hgrm', 'H')
        row = dict(line.split('=', 1) for line in output.splitlines())
        lines = (self.folder / 'H').read_text().splitlines()
        counts = dict(re.findall(r'(Max|Total count) *= *([\d.]+)', '\n'.join(lines)))
        self.assertEqual(int(counts['Total count']), int(row['items']))
        self.assertAlmostEqual(float(counts['Max']) / (float(row['latency_max_ns']) / 1e6), 1, delta=0.01)
        self.assertIn('launch CELL --hgrm FILE', self.crosspoint('export', '.', '--format', 'hgrm', code=2)[1])
        errors = self.crosspoint('launch', 'native/null/empty/serial', '--hgrm', 'H', code=1)[1]
        self.assertIn('--hgrm: this workload measures no latencies', errors)

    def trace(self, cell, items=200):
        output, errors = self.crosspoint('launch', cell, '--items', items, '--trace', 'T')
        self.assertIn('status=ok\n', output)
        self.assertEqual(errors, '')
        other, tracks = read_trace(self.folder / 'T')
        self.assertEqual(other['tasks_left_out'], 0)
        indices = sorted(args['index'] for track in tracks.values() for _, _, args in track)
        return other['tasks'], indices, tracks

    def test_models(self):
        for model, workers in (('serial', 1), ('thread-pool/workers:2', 2), ('process-pool/workers:2', 2),
                               ('thread-per-task/workers:2', 2), ('process-per-task/workers:2', 2),
                               ('event-loop/workers:1', 1), ('event-loop-threads/workers:2', 2),
                               ('event-loop-processes/workers:2', 2), ('coroutines/workers:1', 1),
                               ('event-loop-offload/workers:2', 2)):
            with self.subTest(model):
                tasks, indices, tracks = self.trace(f'native/null/empty/{model}')
                self.assertEqual((tasks, indices), (200, list(range(200))))
                self.assertLessEqual({worker for worker, _ in tracks}, set(range(workers)))

    def test_waits_lie_side_by_side(self):
        tasks, indices, tracks = self.trace('native/io/sleep/event-loop/workers:1/conc:8', 16)
        self.assertEqual((tasks, indices), (16, list(range(16))))
        self.assertEqual(len(tracks), 8)
        first = [track[0] for track in tracks.values()]
        self.assertLess(max(begin for begin, _, _ in first), min(end for _, end, _ in first))

    def test_lost_task(self):
        """What ended its worker did not end itself."""
        tasks, indices, _ = self.trace('native/isolate/crash/process-pool/workers:2')
        self.assertLess(len(indices), tasks)
        self.assertEqual(len(indices), len(set(indices)))

    def test_many(self):
        _, errors = self.crosspoint('launch', 'native/null/empty/serial', '--items', 200007, '--trace', 'T')
        self.assertEqual(errors, 'T: the first 200000 tasks; 7 more are left out\n')
        self.assertEqual(read_trace(self.folder / 'T')[0]['tasks_left_out'], 7)

    def test_errors(self):
        for out in '/dev/full', 'missing/T':
            errors = self.crosspoint('launch', 'native/null/empty/serial', '--trace', out, code=1)[1]
            self.assertIn(out, errors)
        self.assertIn('status=ok', self.crosspoint('launch', 'native/null/empty/serial')[0])


if __name__ == '__main__':
    main()
