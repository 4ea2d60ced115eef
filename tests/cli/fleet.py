# SPDX-License-Identifier: MIT
"""`fleet` over made-up machines: where a rule holds, what tells it, and what is no results folder."""

import csv
import io
import json
import pathlib
import re
import unittest

from harness import Case, main

HEADER = ('rule,runtime,pair,kind,rule_verdict,verdict,reason,metric,better,worse,effect,n,ratio,ci_low,ci_high,'
          'ci_level,p,p_adjusted,crossing,crossing_low,crossing_high,value')
CELL = 'native/io/echo/{}/workers:{}/conc:64/place:split'


class Fleet(Case):
    def machine(self, name, units, rows=(), folder='fleet', **changes):
        """A results folder of a machine of so many units. rows: (rule, verdict, ratio)."""
        path = self.folder / folder / name
        path.mkdir(parents=True)
        run = {'run_id': name, 'outcome': {'state': 'complete', 'written': '2026-11-01T00:00:00Z'},
               'machine': {'hostname': name, 'units': units, 'fingerprint': {
                   'cpu_model': 'Made-up CPU', 'kernel': '6.1.0', 'virtual': False, 'architecture': 'x86_64',
                   'topology': f'{units} processing units, {units} cores, 1 package, 1 NUMA node'}},
               'versions': {'crosspoint': '0.1.0', 'compiler': 'gcc 12', 'build_type': 'release',
                            'compiler_flags': '-O3 ', 'commit': 'abc', **changes.pop('versions', {})},
               'options': {'profile': 'quick', 'launch_ms': 40, 'blocks': 13, 'gate': True,
                           **changes.pop('options', {})},
               'blocks': [{'block': block, 'decision': 'accepted', 'reason': ''} for block in range(13)], **changes}
        (path / 'run.json').write_text(json.dumps(run))
        lines = [HEADER]
        for rule, verdict, ratio in rows:
            better, worse = CELL.format('event-loop', units), CELL.format('thread-per-task', units)
            lines.append(f'{rule},native,,compare,{verdict},{verdict},,items_per_second,{better},{worse},0.1,13,'
                         f'{ratio},{ratio * 0.98},{ratio * 1.02},0.95,0.001,0.01,,,,')
        (path / 'verdicts.csv').write_text('\n'.join(lines) + '\n')
        return path

    def fleet(self):
        """Sixteen machines; `narrow` holds below 16 units, `wide` everywhere."""
        for number, units in enumerate([1, 2, 2, 4, 4, 8, 8, 8, 16, 16, 32, 32, 64, 64, 128, 256]):
            narrow = ('narrow', 'holds', 1.5) if units < 16 else ('narrow', 'does not hold', 0.9)
            self.machine(f'host{number:02}', units, [narrow, ('wide', 'holds', 2 + number / 10)])

    def read(self, *arguments, code=0):
        return json.loads(self.crosspoint('fleet', '--format', 'json', *arguments, code=code)[0])

    def test_split(self):
        self.fleet()
        group, = self.read('fleet')['groups']
        self.assertEqual(len(group['machines']), 16)
        narrow, wide = [rule for rule in group['rules'] if rule['of'] == 'rule']
        self.assertEqual((narrow['holds'], narrow['does_not_hold'], wide['holds']), (8, 8, 16))
        self.assertRegex(narrow['where'], r'\A16 processing units or more: 0 of 8; fewer than 16 .*: 8 of 8 \(p 0\.00')
        self.assertNotIn('where', [key for key, value in wide.items() if value is not None])
        self.assertEqual(len(narrow['machines']), 16)

    def test_formats(self):
        self.fleet()
        text, _ = self.crosspoint('fleet', 'fleet')
        self.assertIn('16 machines: crosspoint 0.1.0, gcc 12 release -O3; profile quick, launches of 40 ms', text)
        self.assertIn('16 processing units or more: 0 of 8', text)
        rows = list(csv.DictReader(io.StringIO(self.crosspoint('fleet', '--format', 'csv', 'fleet')[0])))
        self.assertEqual(len(rows), 32)
        self.assertEqual({row['units'] for row in rows if row['rule_verdict'] == 'does not hold'},
                         {'16', '32', '64', '128', '256'})
        self.assertIn('| **narrow** |', self.crosspoint('fleet', '--format', 'markdown', 'fleet')[0])

    def test_page(self):
        self.fleet()
        self.crosspoint('fleet', '--out', 'page', 'fleet')
        page = (self.folder / 'page/index.html').read_text()
        for word in 'Is it so everywhere?', 'narrow', 'host03', 'data:image/svg+xml':
            self.assertTrue(word in page, word)
        self.assertTrue((self.folder / 'page/charts/narrow-native.png').stat().st_size > 1000)
        self.crosspoint('fleet', '--out', 'page', 'fleet', code=2)

    def mapped(self, name, samples):
        """The reference run's decision tree as another machine's; samples: its text of those -> theirs."""
        reference = pathlib.Path(__file__).resolve().parents[2] / 'results/reference-2-core-vm'
        path = self.folder / 'fleet' / name
        path.mkdir(parents=True)
        run = json.loads((reference / 'run.json').read_text())
        run['machine']['hostname'] = name
        (path / 'run.json').write_text(json.dumps(run))
        for file, word in ('samples.csv', 'native/mixed/cpu-wait'), ('verdicts.csv', 'decision-tree,native'):
            head, *lines = (reference / file).read_text().splitlines(keepends=True)
            (path / file).write_text(head + ''.join(line for line in lines if word in line))
        samples(path / 'samples.csv')

    def test_decision_maps(self):
        """Side by side where two machines have one; what cannot be judged has none, and is no error."""
        self.mapped('a', lambda path: None)
        self.mapped('b', lambda path: path.unlink())
        self.mapped('c', lambda path: path.write_text('cell\nx\n'))
        self.crosspoint('fleet', '--out', 'one', 'fleet')
        self.assertFalse((self.folder / 'one/charts/decision-maps.csv').exists())
        self.assertFalse('alt="decision maps"' in (self.folder / 'one/index.html').read_text())
        self.mapped('d', lambda path: None)
        self.crosspoint('fleet', '--out', 'two', 'fleet')
        with open(self.folder / 'two/charts/decision-maps.csv', newline='') as file:
            panels = [row['panel'] for row in csv.DictReader(file)]
        self.assertEqual((panels.count('1'), panels.count('2'), len(panels)), (9, 9, 18))
        script = (self.folder / 'two/charts/decision-maps.gp').read_text()
        self.assertEqual(re.findall(r'(m\d+): 2 units, native', script), ['m1', 'm4'])
        self.assertNotRegex(script, r'[XY]_LABEL = .*\(')  # words that long would run into the next map's
        self.assertGreater((self.folder / 'two/charts/decision-maps.png').stat().st_size, 1000)
        self.assertTrue('alt="decision maps"' in (self.folder / 'two/index.html').read_text())

    def test_other_builds_and_plans_stand_apart(self):
        self.fleet()
        self.machine('other', 4, [('narrow', 'holds', 1.5)], versions={'compiler': 'clang 14'})
        self.machine('long', 4, [('narrow', 'holds', 1.5)], options={'launch_ms': 500})
        self.machine('smoke', 4, [('narrow', 'holds', 1.5)], options={'launch_ms': 0})
        groups = self.read('fleet')['groups']
        self.assertEqual([len(group['machines']) for group in groups], [16, 1, 1, 1])
        self.assertIn('profile quick, launches of the least work', [group['plan'] for group in groups])

    def test_what_is_left_out(self):
        self.fleet()
        two_units = {'cpu_model': 'Made-up CPU', 'topology': '2 processing units, 2 cores, 1 package, 1 NUMA node'}
        self.machine('old', 8, folder='fleet/x', outcome={'written': '2026-10-01T00:00:00Z'},
                     machine={'hostname': 'host01', 'units': 2, 'fingerprint': two_units},
                     rows=[('narrow', 'holds', 1.5)])
        (self.machine('broken', 2) / 'run.json').write_text('{')
        self.machine('empty', 2)
        (self.machine('strange', 2, [('narrow', 'holds', 1.5)]) / 'verdicts.csv').write_text('a,b\n1,2\n')
        (self.folder / 'fleet/bare').mkdir()
        (self.folder / 'fleet/bare/samples.csv').write_text('cell\n')
        errors = self.crosspoint('fleet', 'fleet')[1]
        for line in ('a newer run of the same machine is in', "broken left out", 'empty left out: no verdicts',
                     'strange left out: ', 'bare left out: no run.json'):
            self.assertIn(line, errors)
        self.assertEqual(len(self.read('fleet')['left_out']), 5)

    def test_columns_of_another_version(self):
        """Fewer, others, and in another order."""
        path = self.machine('a', 2)
        (path / 'verdicts.csv').write_text('new,rule_verdict,ratio,runtime,rule\nx,holds,2.5,native,"odd ""one"""\n')
        rule, pair = self.read('fleet')['groups'][0]['rules']
        self.assertEqual((rule['rule'], rule['holds'], pair['ratio_median']), ('odd "one"', 1, 2.5))

    def test_a_stranger_s_text(self):
        self.machine('a\x1b[31m', 2, [('r\x1b]0;x\x07', 'holds', 1.5)])
        self.machine('b', 4, [('r\x1b]0;x\x07', 'holds', 1.5)])
        for name in 'text', 'markdown', 'csv':
            output = ''.join(self.crosspoint('fleet', '--format', name, '--out', name, 'fleet'))
            self.assertNotIn('\x1b', output)
        self.assertNotIn('\x1b', (self.folder / 'text/index.html').read_text())

    def test_nothing(self):
        (self.folder / 'none').mkdir()
        self.assertIn('no results folder with a run.json and verdicts in none',
                      self.crosspoint('fleet', 'none', code=3)[1])
        self.assertIn('nowhere: No such file', self.crosspoint('fleet', 'nowhere', code=2)[1])
        self.assertIn('name a folder', self.crosspoint('fleet', code=2)[1])

    def test_formats_offered(self):
        """Those that the command has."""
        for command, beside in ('fleet', ''), ('rules', ', plain'), ('track', ', github'):
            told = self.crosspoint(command, '--format', 'yaml', 'x', code=2)[1]
            self.assertIn(f"unknown format 'yaml'; known: text, csv, json, markdown{beside}\n", told)

    def test_check(self):
        """Each fault of its own, and one that is fit."""
        faults = {'a': ({}, 'fit'),
                  'b': ({'versions': {'commit': 'abc-dirty'}}, 'built from changes that are in no commit'),
                  'c': ({'versions': {'build_type': 'debug'}}, 'no release build'),
                  'd': ({'outcome': {'state': 'interrupted'}}, 'did not end well'),
                  'e': ({'blocks': [{'block': 0, 'decision': 'accepted', 'reason': ''}]}, 'only 1 of 13 blocks'),
                  'f': ({'blocks': 13 * [{'block': 0, 'decision': 'accepted', 'reason': 'x'}]}, 'only just'),
                  'g': ({'options': {'gate': False}}, 'not judged'),
                  'h': ({'options': {'blocks': 3}}, 'of 3 blocks only'),
                  'i': ({'options': {'rules_path': '/x'}}, 'rules of one')}
        for name, (changes, _) in faults.items():
            self.machine(name, 2, [('r', 'holds', 2)], **changes)
        lines = self.crosspoint('fleet', '--check', 'fleet', code=3)[0].splitlines()
        self.assertEqual(len(lines), len(faults))
        for line, (_, word) in zip(lines, faults.values()):
            self.assertIn(word, line)
        self.crosspoint('fleet', '--check', 'fleet/a')


if __name__ == '__main__':
    main()
