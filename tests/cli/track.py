# SPDX-License-Identifier: MIT
"""`track` over made-up histories: what stepped, from which commit on, and what is no history."""

import csv
import datetime
import io
import json
import os
import random
import re
import shutil
import unittest

from harness import COLUMNS, Case, main

CELLS = [f'native/null/empty/serial/number:{number}' for number in range(1, 11)]
MACHINE = {'cpu_model': 'Made-up CPU', 'topology': '2 processing units', 'kernel': '6.1'}
FIRST = datetime.datetime(2026, 1, 1, 3)


class History:
    """A folder of results folders, a day each; figures scatter by 2 % from day to day."""

    def __init__(self, folder, seed=1, machine=None, launch_ms=50):
        self.folder, self.random = folder, random.Random(seed)
        self.machine, self.launch_ms, self.count = {**MACHINE, **(machine or {})}, launch_ms, 0

    def add(self, slower=(), factor=1.2, cells=CELLS, rows=3, status='ok', verdicts=None, **changes):
        when = FIRST + datetime.timedelta(days=self.count)
        name = changes.pop('name', f'{when:%Y%m%dT%H%M%SZ}-host')
        run = {'run_id': name, 'session': name + '-1', 'outcome': {'written': f'{when:%Y-%m-%dT%H:%M:%SZ}'},
               'machine': {'fingerprint': self.machine}, 'options': {'launch_ms': self.launch_ms},
               'versions': {'commit': f'c{self.count:04}', 'compiler': 'gcc 12', 'build_type': 'release',
                            'compiler_flags': '-O3 ', **changes.pop('versions', {})}, **changes}
        self.count += 1
        path = self.folder / changes.get('path', name)
        path.mkdir(parents=True)
        (path / 'run.json').write_text(json.dumps(run))
        with open(path / 'samples.csv', 'w', newline='') as file:
            writer = csv.DictWriter(file, COLUMNS, restval='', lineterminator='\n')
            writer.writeheader()
            for cell in cells:
                centre = 1000 * self.random.lognormvariate(0, 0.02) / (factor if cell in slower else 1)
                for block in range(rows):
                    writer.writerow({'run_id': name, 'block': block, 'slot': 0, 'cell': cell, 'status': status,
                                     'items': 10, 'items_per_second': centre + block, 'memory_bytes': 4096})
        if verdicts:
            lines = ['rule,runtime,pair,kind,rule_verdict'] + [f'{rule},native,,compare,{word}'
                                                               for rule, word in verdicts.items()]
            (path / 'verdicts.csv').write_text('\n'.join(lines) + '\n')
        return path

    def go_on(self, count, **how):
        for _ in range(count):
            self.add(**how)


class Track(Case):
    def history(self, name='history', **how):
        return History(self.folder / name, **how)

    def read(self, *arguments, code=0):
        return json.loads(self.crosspoint('track', '--format', 'json', *arguments, code=code)[0])

    def test_step(self):
        """Silent before it, suspected at once, confirmed by the third; with the commit; then it is the usual."""
        history = self.history()
        history.go_on(20)
        self.assertEqual(self.read('history')['steady'], 11)
        history.add(slower=CELLS[3:4])
        self.assertEqual(self.read('history')['suspected'], 1)
        history.go_on(2, slower=CELLS[3:4])
        told = self.read('history', code=1)
        slower, = [cell for cell in told['cells'] if cell['verdict'] == 'slower']
        self.assertEqual((slower['cell'], slower['commit'], slower['steps'][0]['told']),
                         (CELLS[3], 'c0020', '2026-01-23T03:00:00Z'))
        self.assertTrue(slower['interval'][0] < 1 / 1.2 < slower['interval'][1] < 1)
        self.assertEqual(len(slower['points']), 23)
        self.assertEqual([point['commit'] for point in slower['points']], [f'c{i:04}' for i in range(23)])
        output = self.crosspoint('track', 'history', code=1)[0]
        self.assertIn('between commits c0019 and c0020', output)
        self.assertNotIn(CELLS[2], output)
        self.assertLessEqual(len(re.split(r'\n\n', output)[-1].splitlines()), 20)
        self.assertIn(CELLS[2], self.crosspoint('track', 'history', '--all', code=1)[0])
        self.assertEqual(self.read('history', '--effect', '40%')['slower'], 0)
        self.assertEqual(self.read('history', '--filter', 'number:1$')['slower'], 0)
        history.go_on(6, slower=CELLS[3:4])
        later = self.read('history')
        self.assertEqual([len(cell['steps']) for cell in later['cells']], [0, 0, 0, 1] + 7 * [0])

    def test_machine(self):
        """A canary that steps with a cell: no alarm, and told why."""
        def blocks(ns):
            return [{'canary_memory_ns': ns + number, 'canary_integer_ns': 1e5} for number in range(3)]
        history = self.history()
        for number in range(20):
            history.add(blocks=blocks(1000 + 10 * (number % 3)))
        history.go_on(3, slower=CELLS[:1], blocks=blocks(1300))
        told, = [cell for cell in self.read('history')['cells'] if cell['verdict'] == 'with the machine']
        self.assertEqual((told['cell'], told['canary'], told['commit']), (CELLS[0], 'canary memory', 'c0020'))
        self.assertTrue(0.75 < told['canary_ratio'] < 0.8)
        for how in (), ('--format', 'github'):
            output = self.crosspoint('track', 'history', *how)[0]
            self.assertIn('canary memory 0.7', output)
            self.assertIn('1 with the machine', output)
            self.assertIn('nothing of it is laid to a commit', output)
        history.go_on(6, slower=CELLS[:1], blocks=blocks(1300))
        self.assertEqual(self.read('history')['with the machine'], 0)

    def test_no_figures(self):
        """Sessions of which no launch counts: not "nothing to do"."""
        self.history().go_on(2, status='invalid')
        output = self.crosspoint('track', 'history', code=3)[0]
        self.assertIn('No cell has a figure in these sessions', output)
        self.assertNotIn('Nothing to do', output)

    def test_formats(self):
        history = self.history()
        history.go_on(20)
        history.go_on(3, slower=CELLS[:1])
        rows = list(csv.DictReader(io.StringIO(self.crosspoint('track', '--format', 'csv', 'history', code=1)[0])))
        self.assertEqual([row['cell'] for row in rows], CELLS + ['(all cells)'])
        self.assertEqual(rows[0]['verdict'], 'slower')
        self.assertEqual(rows[1]['ratio'], '')
        self.assertIn(f'| `{CELLS[0]}` | **slower** |'.replace('`', ''),
                      self.crosspoint('track', '--format', 'markdown', 'history', code=1)[0].replace('`', ''))
        both = self.read('history', '--metric', 'memory_bytes', '--metric', 'items_per_second', code=1)
        self.assertEqual({cell['metric'] for cell in both['cells']}, {'memory_bytes', 'items_per_second'})

    @unittest.skipUnless(shutil.which('gnuplot'), 'gnuplot is not here')
    def test_page(self):
        """A chart a cell, which stands alone; the page holds that of the cell that changed."""
        history = self.history(machine={'cpu_model': '<b>CPU'})
        history.go_on(20, cells=CELLS[:2])
        history.go_on(3, cells=CELLS[:2], slower=CELLS[:1], versions={'commit': '<i>"`x`'})
        self.crosspoint('track', 'history', '--out', 'out', '--metric', 'items_per_second', '--metric', 'memory_bytes',
                        code=1)
        page = (self.folder / 'out' / 'index.html').read_text()
        self.assertEqual(page.count('<figure>'), 1)
        self.assertEqual(page.count('.svg"><code>'), 3)
        self.assertNotIn('<b>CPU', page)
        self.assertNotIn('<i>', page)
        for link in re.findall(r'href="(charts/[^"]+)"', page):
            self.assertIn('</svg>', (self.folder / 'out' / link).read_text())
        table, = (self.folder / 'out' / 'charts').glob('1-items_per_second-0001-*.csv')
        rows = list(csv.DictReader(io.StringIO(table.read_text())))
        self.assertEqual(len(rows), 23)
        self.assertEqual([float(row['level']) for row in rows].index(float(rows[-1]['level'])), 20)
        self.assertIn('STEPS = "21"', table.with_suffix('.gp').read_text())
        self.assertIn('exists', self.crosspoint('track', 'history', '--out', 'out', code=2)[1])

    def test_too_short(self):
        history = self.history()
        history.go_on(4)
        told = self.read('history', code=4)
        self.assertEqual({cell['sessions_needed'] for cell in told['cells']}, {11})
        self.assertIn('11 sessions', self.crosspoint('track', 'history', code=4)[0])

    def test_failing(self):
        history = self.history()
        history.go_on(12)
        for _ in range(3):
            path = history.add()
            text = (path / 'samples.csv').read_text()
            (path / 'samples.csv').write_text(re.sub(rf'({CELLS[5]},.*?),ok,', r'\1,failed,', text))
        told = self.read('history', code=1)
        failing, = [cell for cell in told['cells'] if cell['verdict'] == 'failing']
        self.assertEqual((failing['cell'], failing['commit']), (CELLS[5], 'c0012'))

    def test_flip(self):
        history = self.history()
        history.go_on(10, verdicts={'pays': 'holds', 'other': 'holds'})
        history.add(verdicts={'pays': 'inconclusive', 'other': 'holds'})
        history.add(verdicts={'pays': 'does not hold', 'other': 'holds'})
        told = self.read('history', code=None)
        flip, = told['series'][0]['flips']
        self.assertEqual((flip['rule'], flip['from'], flip['to'], flip['commit'], flip['recent']),
                         ('pays', 'holds', 'does not hold', 'c0011', True))
        history.add(verdicts={'pays': 'holds'})
        self.assertEqual([flip['recent'] for flip in self.read('history', code=None)['series'][0]['flips']],
                         [False, True])

    def test_gate(self):
        history = self.history()
        history.go_on(20, verdicts={'pays': 'holds'})
        history.go_on(3, slower=CELLS[:1], verdicts={'pays': 'does not hold'})
        gate = self.folder / 'gate.ini'

        def judged(text, *more):
            gate.write_text(text)
            process = self.start('track', 'history', '--gate', 'gate.ini', *more)
            return self.finish(process, None)[0], process.returncode

        exempt = '[exempt one]\nfilter = number:1$\nreason = "disk"\nuntil = '
        for text, more, code in (
                ('', (), 1), ('[cells a]\nfilter = number:1$\neffect = 30%\n', (), 0),
                ('[cells a]\ndirection = faster\n', (), 0), ('[cells a]\ndirection = either\n', (), 1),
                ('[cells a]\nmetric = memory_bytes\ndirection = none\n', (), 1), (exempt + '2999-12-31', (), 0),
                (exempt + '2020-01-01', (), 1), (exempt + '2999-12-31', ('--fail-on', 'flip'), 1),
                ('[rules r]\ndirection = gained\n', ('--fail-on', 'flip'), 0), ('', ('--fail-on', 'too-little-data'), 0),
                ('[rules r]\nfilter = pays\ndirection = lost\n', ('--fail-on', 'flip,regression'), 1)):
            with self.subTest(text=text, more=more):
                self.assertEqual(judged(text, *more)[1], code)
        self.assertIn('1 exempt by the gate', judged(exempt + '2999-12-31')[0])
        self.assertIn('Exemption one ended on 2020-01-01', judged(exempt + '2020-01-01')[0])
        gate.write_text('[cells a]\neffect = 5\n')
        self.expect_error(['track', 'history', '--gate', 'gate.ini'], 'gate.ini:2: ', "effect '5'")
        self.expect_error(['track', 'history', '--gate', 'none.ini'], 'none.ini: No such file')
        self.expect_error(['track', 'history', '--fail-on', 'flips'], 'did you mean flip?')
        for code, base in (1, 0), (0, 22):
            runs = sorted(path for path in (self.folder / 'history').iterdir())
            errors = self.crosspoint('compare', runs[base], runs[22], '--fail-on', 'flip', code=code)[1]
            self.assertEqual('pays, native: holds in base, does not hold in new' in errors, bool(code))

    def test_github(self):
        """Annotations that no text can leave or forge."""
        history = self.history()
        history.go_on(20)
        history.go_on(3, slower=CELLS, versions={'commit': 'a%0A::error::b\n::error::c'})
        lines = self.crosspoint('track', 'history', '--format', 'github', code=1)[0].splitlines()
        notes = [line for line in lines if line.startswith('::')]
        self.assertEqual(len(notes), 1)
        self.assertRegex(notes[0], r'^::error title=slower::\(all cells\) 0\.8.*commit a%250A::error::b\\x0a::error::c$')
        self.assertLessEqual(len(lines) - len(notes), 20)
        runs = sorted(path for path in (self.folder / 'history').iterdir())
        for run, factor in (runs[0], 1), (runs[1], 2):
            text = (run / 'samples.csv').read_text().splitlines()
            rows = [text[0]] + [line.replace(f'{run.name},{block},', f'{run.name},{block + 3 * k},')
                                for k in range(8) for block in range(3) for line in text[1:]
                                if line.startswith(f'{run.name},{block},')]
            at = COLUMNS.index('items_per_second')
            rows[1:] = [','.join(str(1000 / factor + i) if k == at else field for k, field in enumerate(row.split(',')))
                        for i, row in enumerate(rows[1:])]
            (run / 'samples.csv').write_text('\n'.join(rows) + '\n')
        output = self.crosspoint('compare', runs[0], runs[1], '--format', 'github', code=1)[0]
        self.assertEqual(output.count('::error title=slower::native/null'), 10)
        self.assertLessEqual(len(output.splitlines()), 30)
        self.assertIn('Next: ', output)
        for text, code in (('[cells a]\neffect = 200%\n', 0), ('[cells a]\neffect = 50%\n', 1),
                           ('[exempt a]\nfilter = .\nreason = new compiler\nuntil = 2999-01-01\n', 0)):
            (self.folder / 'gate.ini').write_text(text)
            output = self.crosspoint('compare', runs[0], runs[1], '--gate', 'gate.ini', '--format', 'github',
                                     code=code)[0]
        self.assertEqual(output.count('exempt until 2999-01-01: new compiler'), 10)

    def test_machines(self):
        """Never mixed: another processor, kernel, build or length of launches is a series of its own."""
        days = 0
        for name, how, count in (('a', {}, 15), ('b', {'machine': {'kernel': '6.2'}}, 13),
                                 ('c', {'machine': {'cpu_model': 'Other CPU'}}, 12), ('d', {'launch_ms': 500}, 11)):
            history = self.history(f'all/{name}', **how)
            history.count = days
            history.go_on(count, slower=CELLS if name != 'a' else ())
            days = history.count
        told = self.read('all')
        self.assertEqual([(series['sessions'], series['current']) for series in told['series']],
                         [(12, True), (11, True), (15, False), (13, False)])
        self.assertIn('Other CPU', told['series'][0]['origin'])
        self.assertIn('launches of 500 ms', told['series'][1]['origin'])
        self.assertEqual(told['slower'] + told['faster'], 0)
        (self.folder / 'copies').mkdir()
        shutil.copytree(self.folder / 'all' / 'a', self.folder / 'copies' / 'a')
        self.assertEqual(self.read('all', 'copies')['left_out'], 15)

    def test_bad_input(self):
        history = self.history()
        history.go_on(12)
        paths = sorted((self.folder / 'history').iterdir())
        (paths[0] / 'run.json').unlink()
        (paths[1] / 'run.json').write_text('{')
        shutil.copytree(paths[3], self.folder / 'history' / 'copy')
        (paths[4] / 'samples.csv').write_text('nonsense\n')
        os.symlink(paths[5], self.folder / 'history' / 'latest')
        history.add(outcome={'written': '1970-01-01T00:00:00Z'})
        history.add(outcome={'written': '2126-01-01T00:00:00Z'})
        back = history.add()
        run = json.loads((back / 'run.json').read_text())
        run['outcome']['written'] = '2026-01-02T01:00:00Z'
        (back / 'run.json').write_text(json.dumps(run))
        (history.folder / 'half').mkdir()
        (history.folder / 'half' / 'run.json').write_text((back / 'run.json').read_text().replace('host', 'half'))
        output, errors = self.crosspoint('track', 'history', '--format', 'csv', code=None)
        for words in ('no run.json', 'run.json: line', 'the same session as', 'no column', 'tells no time',
                      'of the future', 'the clock went back', 'samples.csv: No such file'):
            self.assertEqual(errors.count(words), 1, (words, errors))
        self.assertEqual({row['sessions'] for row in csv.DictReader(io.StringIO(output))}, {'11'})
        points = self.read('history', code=None)['cells'][0]['points']
        self.assertEqual([points[-2]['run_id'], points[-1]['time'][:4]], [run['run_id'], '2126'])

    def test_deep(self):
        """At any depth, as far as a path can name it."""
        deep = self.history('/'.join(['top'] + ['d'] * 40))
        deep.go_on(3)
        self.assertEqual(self.read('top', code=4)['sessions'], 3)
        here = os.getcwd()
        os.chdir(self.folder / 'top')
        try:
            for _ in range(25):
                os.mkdir('e' * 200)
                os.chdir('e' * 200)
        finally:
            os.chdir(here)
        errors = self.crosspoint('track', 'top', code=2)[1]
        self.assertEqual(errors.count('\n'), 1)
        self.assertIn('File name too long', errors)

    def test_no_history(self):
        (self.folder / 'empty').mkdir()
        (self.folder / 'file').write_text('')
        (self.folder / 'one').mkdir()
        (self.folder / 'one' / 'samples.csv').write_text('')
        self.expect_error(['track'], 'name a folder')
        self.expect_error(['track', 'nowhere'], 'nowhere: No such file')
        self.expect_error(['track', 'file'], 'file is no folder')
        self.expect_error(['track', 'empty'], 'empty holds no results folder')
        self.expect_error(['track', 'empty', '--metric', 'value'], 'value')
        self.expect_error(['track', 'empty', '--metric', 'cpu_user_ns'], 'a sum over a launch')
        self.expect_error(['track', 'empty', '--effect', '5'], 'write 5%')
        self.expect_error(['track', 'empty', '--confirm', '0'], '--confirm')
        self.expect_error(['track', 'empty', '--filter', '('], '(')
        self.expect_error(['track', 'empty', '--format', 'yaml'], 'yaml')
        errors = self.crosspoint('track', 'one', code=2)[1]
        self.assertIn('none of the 1 results folders', errors)

    def test_hostile_text(self):
        """What a stranger's run.json says is no order to a terminal."""
        history = self.history(machine={'cpu_model': 'CPU\x1b[31m'})
        history.go_on(20)
        history.go_on(3, slower=CELLS[:1], versions={'commit': 'c\x1b]0;x\x07', 'compiler': 'gcc\n::error::'})
        for form in 'text', 'markdown':
            output, errors = self.crosspoint('track', '--format', form, 'history', code=None)
            self.assertNotIn('\x1b', output + errors)
            self.assertNotIn('\n::error::', output)


if __name__ == '__main__':
    main()
