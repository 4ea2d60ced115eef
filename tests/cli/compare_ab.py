# SPDX-License-Identifier: MIT
"""compare --ab: two builds in one run. Both are the program behind a filter that sets its figures, so that no
verdict hangs on a time."""

import csv
import json
import shutil
import signal

from harness import PROGRAM, Case, count_rows, main, read_rows, read_run, repeats

CELLS = '^native/null/empty/(serial|thread-pool)/'
RUN = '--profile', 'smoke', '--blocks', '7', '--filter', CELLS, '--effect', '900%', '--format', 'csv', '--out', 'out'


class TwoBuilds(Case):
    def script(self, name, text):
        path = self.folder / name
        path.write_text(f'#!/bin/sh\nfor name; do :; done\n{text}')
        path.chmod(0o755)
        return path

    def steady_build(self):
        """A launch does a million items a second."""
        return self.script('steady', f'''
'{PROGRAM}' "$@" | sed 's/^items_per_second=.*/items_per_second=1000000/'
''')

    def slow_build(self, condition='true', cell='', otherwise='exec'):
        """Where the condition holds, a launch of the cell does one item a second; else it does as otherwise says:
        a command, or the words before one."""
        return self.script('slow', f'''
case $name in *{cell}*) {condition} && as=slow;; esac
if [ "$as" ]; then
    '{PROGRAM}' "$@" | sed 's/^items_per_second=.*/items_per_second=1/'
else
    {otherwise} '{self.steady_build()}' "$@"
fi
''')

    def compare(self, new, code, *options):
        output, errors = self.crosspoint('compare', '--ab', self.steady_build(), new, *RUN, *options, code=code)
        self.rows = {row['cell'].split('/')[3]: row for row in csv.DictReader(output.splitlines())}
        return {model: row['verdict'] for model, row in self.rows.items()}, errors

    def test_same_build(self):
        verdicts, errors = self.compare(self.steady_build(), 0)
        self.assertEqual(verdicts, {'serial': 'same', 'thread-pool': 'same'})
        self.assertFalse((self.folder / 'out' / 'again').exists())
        base, new = (read_rows(self.folder / 'out' / build) for build in ('base', 'new'))
        self.assertEqual([row['block'] for row in base], [row['block'] for row in new])
        items = {(row['cell'], row['items'], row['checksum']) for row in base + new}
        self.assertEqual(len(items), 2)
        slots = {(row['block'], row['cell']): int(row['slot']) for row in base}
        ahead = set()
        for row in new:
            apart = int(row['slot']) - slots[row['block'], row['cell']]
            self.assertEqual(abs(apart), 1)
            ahead.add((row['cell'], apart))
        self.assertEqual(len(ahead), 4, 'a build is always in front')

    @repeats
    def test_work_is_of_the_cell_alone(self):
        """A cell does not share the work of cells that a rule compares it with; and the profile's own blocks."""
        cells = '^native/cpu/sum-squares/(serial|thread-pool/workers:.*)/place:compact$'
        self.crosspoint('compare', '--ab', PROGRAM, PROGRAM, '--profile', 'smoke', '--filter', cells, '--out', 'out',
                        code=None)
        run = read_run(self.folder / 'out' / 'base')
        groups = {}
        for cell in run['plan']['cells']:
            groups.setdefault(cell['group'], set()).add(cell['cell'])
        self.assertGreater(len(groups), 1)
        self.assertEqual({len(names) for names in groups.values()}, {1})
        self.assertEqual((run['plan']['blocks'], run['options']['launch_ms']), (1, 5))

    @repeats
    def test_slower_build(self):
        verdicts, errors = self.compare(self.slow_build(cell='thread-pool'), 1)
        self.assertEqual(verdicts, {'serial': 'same', 'thread-pool': 'slower'})
        self.assertIn('1 cell is slower; measuring it again in fresh blocks\n', errors)
        self.assertRegex(self.rows['thread-pool']['reason'], r'^confirmed: 0\.0000\d+× \(.*\) in the second round$')
        again = read_rows(self.folder / 'out' / 'again' / 'new')
        self.assertEqual({row['model'] for row in again}, {'thread-pool'})
        first = read_run(self.folder / 'out' / 'base')['plan']
        self.assertNotEqual(read_run(self.folder / 'out' / 'again' / 'base')['plan']['seed'], first['seed'])

    def first_round(self):
        return f'[ ! -d {self.folder}/out/again ]'

    def invalid(self, cell=''):
        """Words before a command: what it prints is the row of a launch that was disturbed, if it is of the cell."""
        return self.script('invalid', f'''
case $name in *{cell}*) "$@" | sed 's/^status=.*/status=invalid/; $a reason=too loud';; *) exec "$@";; esac
''')

    @repeats
    def test_slower_once_is_no_regression(self):
        verdicts, errors = self.compare(self.slow_build(condition=self.first_round()), 0)
        self.assertEqual(verdicts, {'serial': 'inconclusive', 'thread-pool': 'inconclusive'})
        for row in self.rows.values():
            self.assertRegex(row['reason'], r'^not confirmed: \S+× \(\S+–\S+\) in the second round$')
        self.assertIn('2 cells are slower; measuring them again in fresh blocks\n', errors)
        self.assertNotIn('regression', errors)

    @repeats
    def test_second_round_that_tells_nothing(self):
        for cell, code in ('thread-pool', 4), ('', 3):
            with self.subTest(cell):
                new = self.slow_build(condition=self.first_round(), otherwise=self.invalid(cell))
                output, errors = self.crosspoint('compare', '--ab', self.steady_build(), new, *RUN, '--format', 'json',
                                                 code=code)
                told = json.loads(output)
                self.assertEqual((told['exit_code'], told['slower'], told['not_judged_again']),
                                 (code, 0, 1 if cell else 2))
                reason = 'environment: too loud'
                self.assertEqual(told['cells'][1]['reason'], f'not judged in the second round: {reason}')
                self.assertEqual((told['measured_again'], told['confirmed']), (2, 0 if not cell else 0))
                self.assertNotIn('regression', errors)
                shutil.rmtree(self.folder / 'out')

    @repeats
    def test_interrupted_second_round(self):
        new = self.slow_build(condition=self.first_round(), otherwise='sleep 0.2; exec')
        process = self.start('compare', '--ab', self.steady_build(), new, *RUN)
        self.wait_until(lambda: count_rows(self.folder / 'out' / 'again' / 'new'), 'no second round')
        process.send_signal(signal.SIGINT)
        output, errors = self.finish(process, 130)
        rows = list(csv.DictReader(output.splitlines()))
        self.assertEqual([(row['verdict'], row['reason']) for row in rows],
                         2 * [('slower', 'not confirmed: the second round was interrupted')])
        self.assertIn('interrupted; all that was measured is in out\n', errors)
        read_rows(self.folder / 'out' / 'again' / 'new')

    def test_interrupted(self):
        process = self.start('compare', '--ab', PROGRAM, PROGRAM, *RUN, '--blocks', '1000')
        self.wait_until(lambda: count_rows(self.folder / 'out' / 'new'), 'no row')
        process.send_signal(signal.SIGTERM)
        output, errors = self.finish(process, 130)
        self.assertEqual(output, '')
        self.assertIn('interrupted; all that was measured is in out\n', errors)

    def crashing_build(self, condition='true'):
        return self.script('crashing', f'''
case $name in *thread-pool*) {condition} && kill -SEGV $$;; esac
exec '{self.steady_build()}' "$@"
''')

    def test_crashing_build(self):
        reason = 'failed in new: the launch was killed by signal 11 (Segmentation fault)'
        verdicts, errors = self.compare(self.crashing_build(), 1)
        self.assertEqual(verdicts, {'serial': 'same', 'thread-pool': 'inconclusive'})
        self.assertEqual(self.rows['thread-pool']['reason'], f'{reason}; confirmed: failed in the second round')
        self.assertIn(f"regression: {self.rows['thread-pool']['cell']}, {reason}", errors)
        again = read_rows(self.folder / 'out' / 'again' / 'new')
        self.assertEqual({(row['model'], row['status']) for row in again}, {('thread-pool', 'failed')})
        for folders, code in (('base', 'new'), 1), (('new', 'base'), 0):
            output, errors = self.crosspoint('compare', *(f'out/{name}' for name in folders), '--effect', '900%',
                                             code=code)
            self.assertEqual('regression: ' in errors, code == 1)
            self.assertIn('\nFailed launches: ', output)

    @repeats
    def test_crashing_once_is_no_regression(self):
        verdicts, errors = self.compare(self.crashing_build(self.first_round()), 0)
        self.assertEqual(verdicts, {'serial': 'same', 'thread-pool': 'inconclusive'})
        self.assertIn('not confirmed: failed in the first round only', self.rows['thread-pool']['reason'])
        self.assertNotIn('regression', errors)

    @repeats
    def test_one_crash(self):
        once = f'mkdir {self.folder}/once 2>/dev/null'
        started = f'[ -d {self.folder}/out/new ]'
        verdicts, errors = self.compare(self.crashing_build(f'{started} && {once}'), 0)
        self.assertEqual(verdicts['thread-pool'], 'same')
        self.assertIn('failed in new (1 of 7 launches): the launch was killed', self.rows['thread-pool']['reason'])

    @repeats
    def test_faster_build(self):
        new = self.slow_build()
        output, errors = self.crosspoint('compare', '--ab', new, self.steady_build(), *RUN)
        self.assertEqual([row['verdict'] for row in csv.DictReader(output.splitlines())], ['faster', 'faster'])

    def test_page_and_markdown(self):
        """What was measured again stands in the table, means within a family; the folder has a page."""
        new = self.slow_build(cell='thread-pool')
        output, errors = self.crosspoint('compare', '--ab', self.steady_build(), new, *RUN, '--format', 'markdown', code=1)
        self.assertRegex(output, r'\| \*?\*?slower\*?\*?<br>confirmed: \S+× \(\S+–\S+\) in the second round \|')
        self.assertIn('Measured again in fresh blocks: 1 of 1 confirmed.\n', output)
        self.assertRegex(output, r'Geometric means of the ratios \(above 1: new is faster\): native/null \S+ \(.*\) over 2 cells\.')
        self.assertNotIn('confirmed', errors)
        page = (self.folder / 'out' / 'report.html').read_text()
        self.assertIn('native/null/empty/thread-pool', page)
        self.assertIn('1 of 1 confirmed', page)
        for command in 'rules', 'report':
            self.expect_error([command, 'out'], 'out holds the two runs of compare --ab: name out/base or out/new')
        self.crosspoint('rules', 'out/base')

    def test_no_build(self):
        script, silent, text, garbage = (self.folder / name for name in ('script', 'silent', 'text', 'garbage'))
        script.write_text('#!/bin/sh\nprintf "other 1.0\\nmore"\nexec sleep 60\n')
        silent.write_text('#!/bin/sh\n')
        text.write_text('crosspoint\n')
        garbage.write_bytes(b'\x7fELF\0')
        for path in script, silent, garbage:
            path.chmod(0o755)
        for other, *words in [('missing', 'missing: No such file', 'name two builds of crosspoint'),
                              (self.folder, 'Is a directory', 'name two builds of crosspoint'),
                              (text, 'text is not executable; name two builds of crosspoint'),
                              ('/bin/true', '/bin/true is no build of crosspoint: ', '--version'),
                              (silent, 'silent is no build of crosspoint: ', 'nothing'),
                              (garbage, 'garbage is no build of crosspoint: Exec format error'),
                              (script, "script is no build of crosspoint: ", "'other 1.0'")]:
            for builds in (PROGRAM, other), (other, PROGRAM):
                self.expect_error(['compare', '--ab', *builds, *RUN], *words)
        self.assertFalse((self.folder / 'out').exists())


if __name__ == '__main__':
    main()
