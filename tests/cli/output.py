# SPDX-License-Identifier: MIT
"""What commands print, and where `run` puts what it measured."""

import csv
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import termios

from harness import FIXTURES, Case, main, read_run

RESULTS, RULES = FIXTURES / 'results', FIXTURES / 'rules'
MAP = FIXTURES / 'map'
SMALL = 'run', '--profile', 'smoke', '--launch-ms', '1', '--filter', '^native/null/empty/(serial|thread-pool)'


def round_decimals(text):
    """The last digits are the mathematics library's."""
    return re.sub(r'\d+\.\d{7,}', lambda match: f'{float(match[0]):.6g}', text)


def use_one_unit():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


class Golden(Case):
    def test_help(self):
        listed = re.findall(r'^  (\w+) ', self.crosspoint('--help')[0], re.MULTILINE)
        self.assertLessEqual({'run', 'bench', 'rules', 'report', 'list', 'topo'}, set(listed))
        self.expect_golden('help', self.transcript(['--help'], *([name, '--help'] for name in listed)))

    def test_version(self):
        for arguments in ['--version'], ['run', '--version'], ['list', '-V']:
            self.assertRegex(self.crosspoint(*arguments)[0], r'\Acrosspoint \d+\.\d+\.\d+\n\Z')

    def test_list(self):
        """What there is is listed, whatever it is: a new workload or rule needs no other list mended."""
        self.expect_golden('list', self.transcript(['list', 'models']))
        source = pathlib.Path(__file__).resolve().parents[2]
        rules, workloads = (self.crosspoint('list', what)[0] for what in ('rules', 'workloads'))
        for path in (source / 'bench' / 'rules').glob('*.ini'):
            self.assertIn(path.stem, rules)
        names = re.search(r'workload_names = \[(.*?)\]', (source / 'bench' / 'meson.build').read_text(), re.DOTALL)
        for name in re.findall(r"'(\w+)'", names[1]):
            family, workload = name.split('_', 1)
            self.assertIn(f'{family}/{workload.replace("_", "-")}', workloads)

    def test_list_own_rules(self):
        """What `run --rules` would take."""
        rules = self.crosspoint('list', 'rules', '--rules', RULES)[0]
        self.assertEqual([line.split()[0] for line in rules.split('\n\n')[0].splitlines()],
                         sorted(path.stem for path in RULES.iterdir()))
        cells = self.crosspoint('list', 'cells', '--rules', RULES / 'threads-pay.ini')[0].split()
        self.assertEqual({cell.split('/')[3] for cell in cells}, {'serial', 'thread-pool'})

    def test_not_under(self):
        """One line a workload."""
        listed = self.crosspoint('list', 'workloads')[0]
        self.assertRegex(listed, r'\n  not under +serial, ')
        for workload in re.split(r'\n(?! )', listed):
            self.assertLessEqual(workload.count('not under'), 1)

    def test_cells(self):
        cells = self.crosspoint('list', 'cells')[0].split()
        self.assertEqual(len(cells), len(set(cells)))
        for cell in cells:
            self.assertRegex(cell, r'^[a-z]+[0-9.]*t?/[a-z-]+/[a-z-]+/[a-z-]+(/[a-z-]+:[a-z0-9.-]+)*/place:[a-z-]+$')

    def test_cells_of_another_machine(self):
        machine = 'pack:8 numa:2 core:32 pu:2'
        cells = self.crosspoint('list', 'cells', '--runtime', 'native', '--topology', machine)[0].split()
        self.assertEqual({cell.split('/')[0] for cell in cells}, {'native'})
        self.assertTrue(any('/workers:1024/' in cell for cell in cells))
        self.assertIn('1024 processing units', self.crosspoint('topo', '--topology', machine)[0])

    def test_topology(self):
        machine = 'pack:2 numa:2 l3:1 core:8 pu:2'
        self.expect_golden('topo', self.transcript(['topo', '--topology', machine, '--workers', '8']))

    def test_rules(self):
        for form in 'text', 'csv', 'json', 'markdown', 'plain':
            with self.subTest(form):
                output, errors = self.crosspoint('rules', RESULTS, '--rules', RULES, '--format', form)
                self.assertEqual(errors, '')
                self.assertNotIn('\x1b', output)
                self.assertNotRegex(output.lower(), r'\b(nan|inf)\b')
                self.expect_golden(f'rules_{form}', round_decimals(output))
        self.assertEqual(self.crosspoint('rules', RESULTS / 'samples.csv', '--rules', RULES),
                         self.crosspoint('rules', RESULTS, '--rules', RULES))

    def test_rules_plain(self):
        """Three words a line, a line a rule of verdicts.csv and one a pair of several."""
        lines = self.crosspoint('rules', RESULTS, '--rules', RULES, '--format', 'plain')[0].splitlines()
        for line in lines:
            self.assertRegex(line, r'\A\S+ (holds|does-not-hold|inconclusive) (\d+\.\d{3}|-)\Z')
        table = self.crosspoint('rules', RESULTS, '--rules', RULES, '--format', 'csv')[0]
        rows = list(csv.DictReader(table.splitlines()))
        self.assertEqual({tuple(line.split()[:2]) for line in lines if not set('/@') & set(line)},
                         {(row['rule'], row['rule_verdict'].replace(' ', '-')) for row in rows
                          if row['runtime'] == 'native'})

    def test_map(self):
        """Of a map who is best where, below the table; and its chart begins the chapter on the tree."""
        for form in 'text', 'csv', 'markdown':
            with self.subTest(form):
                output, errors = self.crosspoint('rules', MAP, '--rules', MAP / 'rules', '--format', form)
                self.assertEqual(errors, '')
                self.expect_golden(f'map_{form}', round_decimals(output))
        shutil.copytree(MAP, self.folder / 'map')
        self.crosspoint('report', 'map', '--rules', MAP / 'rules')
        self.expect_golden('map_chart', round_decimals((self.folder / 'map' / 'charts' / 'tree.csv').read_text()))
        page = (self.folder / 'map' / 'report.html').read_text()
        self.assertRegex(page, r'(?s)id="tree">The documents.{1,20}decision tree</h2>\s*<figure>.*<h2>Verdicts')

    def test_rules_are_read_back(self):
        ids = sorted(path.stem for path in RULES.iterdir())
        rows = list(csv.DictReader(io.StringIO(
            self.crosspoint('rules', RESULTS, '--rules', RULES, '--format', 'csv')[0])))
        page = json.loads(self.crosspoint('rules', RESULTS, '--rules', RULES, '--format', 'json')[0])
        self.assertEqual([row['rule'] for row in rows], ids)
        self.assertEqual([verdict['rule'] for verdict in page['verdicts']], ids)


class Report(Case):
    def test_report(self):
        shutil.copytree(RESULTS, self.folder / 'results')
        output, errors = self.crosspoint('report', 'results/', '--rules', RULES)
        self.assertEqual((output, errors), ('report: results//report.html\n', ''))
        charts = self.folder / 'results' / 'charts'
        for name in 'loop-overtakes', 'processes-beat-threads', 'threads-pay':
            for suffix in 'csv', 'gp', 'svg', 'png':
                self.assertGreater((charts / f'{name}.{suffix}').stat().st_size, 0)
        page = (self.folder / 'results' / 'report.html').read_text()
        self.assertIn('</html>', page)
        self.assertNotRegex(page, r'(src|href)="(https?:)?//')
        printed = self.crosspoint('rules', RESULTS, '--rules', RULES, '--format', 'csv')[0]
        self.assertEqual((self.folder / 'results' / 'verdicts.csv').read_text(), printed)


class Run(Case):
    def test_dry_run(self):
        output, _ = self.crosspoint(*SMALL, '--dry-run', '--seed', '7', '--blocks', '3')
        cells = [line.split()[0] for line in output.splitlines() if line.startswith('native/')]
        self.assertEqual([cell.split('/')[3] for cell in cells], ['serial', 'thread-pool'])
        self.assertRegex(output, r'\Acell +items +launch\n(native/\S+ +\d+ +\d+ ms\n){2}\n'
                                 r'3 blocks of 2 cells \(0 skipped\), seed 7; expected time \d+ s\n')
        self.assertRegex(output, r'\ndisturbance +source +repeat +invalid\nstolen time ')
        self.assertTrue(output.endswith('\nprofile smoke does not gate: nothing is repeated\n'))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_smoke_of_own_rules(self):
        """Their cells, and no grid besides."""
        output = self.crosspoint('run', '--profile', 'smoke', '--rules', RULES / 'threads-pay.ini', '--dry-run',
                                 '--quiet')[0]
        cells = [line.split()[0] for line in output.splitlines() if line.startswith('native/')]
        self.assertEqual({cell.split('/')[2] for cell in cells}, {'sum-squares'}, cells)
        self.assertEqual({cell.split('/')[3] for cell in cells}, {'serial', 'thread-pool'}, cells)

    def test_two_runs_are_two_sessions(self):
        """Also with the same seed and folder name: only what was interleaved is paired."""
        for folder in 'base', 'new':
            self.crosspoint(*SMALL, '--seed', '7', '--out', f'{folder}/run')
        output, _ = self.crosspoint('compare', 'base/run', 'new/run', '--format', 'json', code=None)
        self.assertFalse(json.loads(output)['paired'])

    def test_own_rule_that_was_not_measured(self):
        """A slip of the pen in a cell's name is told."""
        rule = (RULES / 'threads-pay.ini').read_text()
        (self.folder / 'mine.ini').write_text(rule.replace('thread-pool', 'thread-pol'))
        output, errors = self.crosspoint('rules', RESULTS, '--rules', 'mine.ini', code=3)
        self.assertEqual(output, 'no rule was measured\n')
        self.assertRegex(errors, r'^crosspoint: rule mine was not measured: there is no row of native/\S*thread-pol')

    def test_dry_run_gated(self):
        output, _ = self.crosspoint('run', '--launch-ms', '1', '--filter', '^native/null/empty/serial', '--dry-run',
                                    '--blocks', '12')
        self.assertRegex(output, r'\ndisturbance +source +repeat +invalid\nstolen time ')
        self.assertTrue(output.endswith('\nat most 6 blocks are repeated\n'))

    def test_default_folder(self):
        kept, before = self.folder / 'kept', set()
        for _ in range(2):
            self.crosspoint(*SMALL, env={'CROSSPOINT_RESULTS': str(kept)})
            [new] = {path.name for path in kept.iterdir()} - before - {'latest'}
            self.assertRegex(new, r'^\d{8}T\d{6}Z-.')
            self.assertEqual(os.readlink(kept / 'latest'), new)
            before.add(new)
        self.crosspoint(*SMALL)
        self.assertTrue((self.folder / 'results' / 'latest' / 'samples.csv').exists())

    def test_folder(self):
        output, errors = self.crosspoint(*SMALL, '--out', 'out', '--blocks', '2', '--seed', '7')
        self.assertRegex(output, r'4 launches, 0 failed, in \d+ s; \d+ % of that was measured time\n')
        self.assertTrue(output.endswith('report: out/report.html\n'))
        self.assertRegex(errors, r'\Acalibrating 2 cells\nblock 1 of 2, 0 failed, .* left\nblock 2 of 2, 0 failed, ')
        self.assertNotIn('\x1b', output + errors)
        self.assertEqual({row['status'] for row in self.expect_whole_plan(self.folder / 'out')}, {'ok'})
        names = {path.name for path in (self.folder / 'out').iterdir()}
        self.assertEqual(names, {'samples.csv', 'run.json', 'topology.xml', 'verdicts.csv', 'charts', 'report.html'})
        run = read_run(self.folder / 'out')
        self.assertEqual((run['run_id'], run['plan']['seed'], run['outcome']['state']), ('out', 7, 'complete'))
        self.crosspoint('topo', '--topology', 'out/topology.xml')

    def test_cells_without_a_rule(self):
        """What no rule judges ends with a table of its cells, and the page has it."""
        output, _ = self.crosspoint(*SMALL, '--out', 'out', '--blocks', '2')
        self.assertRegex(output, r'no rule was measured\n\ncell +n +per second \(95 % interval\)\n'
                                 r'native/null/empty/serial\S* +2 +\S+/s\nnative/null/empty/thread-pool\S* +2 +\S+/s\n')
        page = (self.folder / 'out' / 'report.html').read_text()
        self.assertIn('<details open><summary>Medians of every cell</summary>', page)

    def test_swept_key(self):
        """A workload's own key in a list: its cells, a chart of them on the terminal and on the page."""
        output, _ = self.crosspoint('run', '--profile', 'smoke', '--launch-ms', '1', '--quiet', '--out', 'out',
                                    '--filter', 'native/.*sum-squares/(serial|thread-pool)', '--key', 'terms:1000,3000')
        self.assertEqual(read_run(self.folder / 'out')['options']['axes'], {'terms': ['1000', '3000']})
        self.assertEqual(len(self.expect_whole_plan(self.folder / 'out')), 4)
        self.assertIn('\ncpu/sum-squares over terms: work per second', output)
        page = (self.folder / 'out' / 'report.html').read_text()
        self.assertIn('<section id="terms-items-per-second-cpu-sum-squares-compact">', page)

    def test_two_runtimes(self):
        """A rule judged in C and in an interpreter: a column each, why they differ, and a chart of both."""
        shutil.copytree(RESULTS, self.folder / 'results')
        shutil.copytree(RULES, self.folder / 'rules')
        for rule in (self.folder / 'rules').glob('*.ini'):
            rule.write_text(rule.read_text().replace('= native\n', '= native cpython\ndiffers = its one lock\n', 1))
        samples = self.folder / 'results' / 'samples.csv'
        rows = list(csv.DictReader(samples.read_text().splitlines()))
        for row in list(rows):
            if row['family'] == 'cpu' and row['status'] == 'ok':
                ahead = 2 if row['model'] == 'process-pool' else 1  # as processes are under a lock
                rows.append({**row, 'runtime': 'cpython3.11', 'cell': row['cell'].replace('native', 'cpython3.11'),
                             'items_per_second': float(row['items_per_second']) * ahead})
        with open(samples, 'w', newline='') as file:
            writer = csv.DictWriter(file, rows[0], lineterminator='\n')
            writer.writeheader()
            writer.writerows(rows)
        text, _ = self.crosspoint('rules', 'results', '--rules', 'rules')
        self.assertRegex(text, r'(^|\n)rule +claim +native +ratio \(95 % interval\) +cpython3.11 +ratio')
        self.assertRegex(text, r'\nnative: \d+ holds?, .*; cpython3.11: \d+ holds?, ')
        self.assertIn('they differ: its one lock', text)
        markdown, _ = self.crosspoint('rules', 'results', '--rules', 'rules', '--format', 'markdown')
        self.assertIn('| rule | claim | native | ratio (95 % interval) | cpython3.11 | ratio', markdown)
        table, _ = self.crosspoint('rules', 'results', '--rules', 'rules', '--format', 'csv')
        self.assertEqual({row['runtime'] for row in csv.DictReader(io.StringIO(table))}, {'native', 'cpython3.11'})
        self.crosspoint('report', 'results', '--rules', 'rules')
        self.assertIn('alt="The same rules in C', (self.folder / 'results' / 'report.html').read_text())

    def test_text_of_strangers(self):
        """Names and reasons from a file reach no terminal as control characters."""
        shutil.copytree(RESULTS, self.folder / 'results')
        samples = self.folder / 'results' / 'samples.csv'
        samples.write_text(samples.read_text().replace('sleep is not to be had here', '\x1b]0;owned\x07'))
        for form in 'text', 'markdown':
            output, errors = self.crosspoint('rules', 'results', '--rules', RULES, '--format', form)
            self.assertNotIn('\x1b', output + errors)
            self.assertIn('x1b]0;owned', output)

    def test_quiet(self):
        self.assertEqual(self.crosspoint(*SMALL, '--out', 'out', '--quiet')[1], '')

    def test_closed_streams(self):
        """A file that is opened then gets the number of the stream: nothing may be printed into it."""
        def close_streams():
            for stream in streams:
                os.close(stream)
        for streams in (0, 1, 2), (1,), (2,):
            with self.subTest(streams):
                out = ''.join(map(str, streams))
                self.crosspoint(*SMALL, '--out', out, stdout=None, stderr=None, preexec_fn=close_streams)
                self.assertEqual(len(self.expect_whole_plan(self.folder / out)), 2)

    def test_full_device(self):
        for arguments in ['list', 'models'], ['--help'], ['--version'], ['run', '--help'], ['list', '-V']:
            with self.subTest(' '.join(arguments)), open('/dev/full', 'w') as full:
                errors = self.crosspoint(*arguments, stdout=full, code=2)[1]
                self.assertRegex(errors, r'\Acrosspoint: standard output: .*\n\Z')


class OneUnit(Case):
    def test_topo(self):
        output = self.crosspoint('topo', preexec_fn=use_one_unit)[0]
        self.assertRegex(output, r'\A1 processing unit, .*\nworkers:max is 1\n\n *unit .*\n *\d+ .*\n\n1 worker:\n')
        self.assertRegex(output, r'\nsplit +place:split needs 2 processing units')

    def test_skipped(self):
        self.crosspoint('run', '--profile', 'smoke', '--filter', 'io/echo.*split', '--out', 'out', code=3,
                        preexec_fn=use_one_unit)
        rows = self.expect_whole_plan(self.folder / 'out')
        self.assertEqual({row['status'] for row in rows}, {'skipped'})
        self.assertRegex(rows[0]['reason'], 'place:split needs 2 processing units, 1 allowed; allow more')
        self.crosspoint('rules', 'out', code=3)


class Terminal(Case):
    def on_terminal(self, *arguments, width=100, code=0, **env):
        """Output and errors, on a terminal of so many columns."""
        try:
            own, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f'no terminal to be had: {error}')
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('4H', 40, width, 0, 0))
        process = self.start(*arguments, env={'TERM': 'xterm', **env}, stdout=terminal, stderr=terminal)
        os.close(terminal)
        text = b''
        try:
            while part := os.read(own, 65536):
                text += part
        except OSError:
            pass  # the other end is closed
        os.close(own)
        self.finish(process, code)
        return text.decode()

    def test_colour(self):
        judge = 'rules', RESULTS, '--rules', RULES
        self.assertIn('\x1b[', self.on_terminal(*judge))
        self.assertNotIn('\x1b', self.on_terminal(*judge, NO_COLOR='1'))
        self.assertNotIn('\x1b', self.on_terminal(*judge, '--format', 'csv'))

    def test_width(self):
        """Nothing is wider than the terminal but a cell's name, which is not broken."""
        names = re.findall(r'^  (\w+) ', self.crosspoint('--help')[0], re.MULTILINE)
        for arguments in (['--help'], *([name, '--help'] for name in names),
                          ['list', 'models'], ['list', 'workloads'], ['list', 'rules'], ['list', 'systems'],
                          ['list', 'cells'],
                          ['topo'], ['topo', '--topology', 'pack:2 numa:2 l3:1 core:8 pu:2'],
                          ['topo', '--topology', 'node:2 core:16 pu:2'],
                          ['rules', RESULTS, '--rules', RULES], ['compare', RESULTS, RESULTS],
                          [*SMALL, '--dry-run', '--quiet'], [*SMALL, '--out', 'out']):
            with self.subTest(' '.join(map(str, arguments))):
                self.expect_width(80, self.on_terminal(*arguments, width=80, NO_COLOR='1'))

    def test_width_of_errors(self):
        """They are one line in a file, and as many as it takes on a terminal."""
        for arguments in (['frobnicate'], ['--frobnicate'], ['run', '--frobnicate'], ['bench', '--frobnicate'],
                          ['compare', '--frobnicate'], ['topo', '--topology', 'pack:x'], ['run', '--rule', 'none'],
                          ['compare', 'a', 'b', '--metric', 'speed'], ['launch', 'native/null/void/serial'],
                          ['run', '--conc', '64', '--workers', '2', '--filter', 'io/sleep/thread-per-task'],
                          ['run', '--resume', 'none']):
            with self.subTest(' '.join(arguments)):
                self.expect_width(80, self.on_terminal(*arguments, width=80, code=2))

    def expect_width(self, width, text):
        for line in re.sub(r'\x1b\[K', '', text.replace('\r', '\n')).splitlines():
            if ' ' in line.strip():
                self.assertLessEqual(len(line), width, line)

    def test_progress(self):
        text = self.on_terminal(*SMALL, '--out', 'out')
        self.assertRegex(text, r'\r\x1b\[K1 of 2 launches, \d+ s left  native/null/empty/')
        self.assertNotIn('block 1 of 1', text)


if __name__ == '__main__':
    main()
