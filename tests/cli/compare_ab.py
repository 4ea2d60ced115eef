# SPDX-License-Identifier: MIT
"""compare --ab: two builds in one run. The slow build is the program behind a filter that changes its figures, so
that no verdict hangs on a time."""

import csv

from harness import PROGRAM, Case, main, read_rows, read_run

CELLS = '^native/null/empty/(serial|thread-pool)/'
RUN = '--profile', 'smoke', '--blocks', '8', '--filter', CELLS, '--effect', '900%', '--format', 'csv', '--out', 'out'


class TwoBuilds(Case):
    def slow_build(self, condition='true', cell=''):
        """Where the condition holds, a launch of the cell does one item a second."""
        script = self.folder / 'slow'
        script.write_text(f'''#!/bin/sh
for name; do :; done
case $name in *{cell}*) {condition} && exec_as=slow;; esac
[ "$exec_as" ] || exec '{PROGRAM}' "$@"
'{PROGRAM}' "$@" | sed 's/^items_per_second=.*/items_per_second=1/'
''')
        script.chmod(0o755)
        return script

    def compare(self, new, code, *options):
        output, errors = self.crosspoint('compare', '--ab', PROGRAM, new, *RUN, *options, code=code)
        rows = list(csv.DictReader(output.splitlines()))
        return {row['cell'].split('/')[3]: row['verdict'] for row in rows}, errors

    def test_same_build(self):
        verdicts, errors = self.compare(PROGRAM, 0)
        self.assertEqual(verdicts, {'serial': 'same', 'thread-pool': 'same'})
        self.assertFalse((self.folder / 'out' / 'again').exists())
        base, new = (read_rows(self.folder / 'out' / arm) for arm in ('base', 'new'))
        self.assertEqual([row['block'] for row in base], [row['block'] for row in new])
        items = {(row['cell'], row['items'], row['checksum']) for row in base + new}
        self.assertEqual(len(items), 2)
        slots = {(row['block'], row['cell']): int(row['slot']) for row in base}
        ahead = set()
        for row in new:
            apart = int(row['slot']) - slots[row['block'], row['cell']]
            self.assertEqual(abs(apart), 1)
            ahead.add((row['cell'], apart))
        self.assertEqual(len(ahead), 4, 'an arm is always in front')

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

    def test_slower_build(self):
        verdicts, errors = self.compare(self.slow_build(cell='thread-pool'), 1)
        self.assertEqual(verdicts, {'serial': 'same', 'thread-pool': 'slower'})
        self.assertIn('1 cell is slower; measuring it again in fresh blocks\n', errors)
        self.assertIn('measured again: 1 of 1 confirmed\n', errors)
        self.assertRegex(errors, r'regression: native/null/empty/thread-pool/\S+, ratio \S+e-\d+ and \S+e-\d+\n')
        again = read_rows(self.folder / 'out' / 'again' / 'new')
        self.assertEqual({row['model'] for row in again}, {'thread-pool'})
        first = read_run(self.folder / 'out' / 'base')['plan']
        self.assertNotEqual(read_run(self.folder / 'out' / 'again' / 'base')['plan']['seed'], first['seed'])

    def test_slower_once_is_no_regression(self):
        verdicts, errors = self.compare(self.slow_build(condition=f'[ ! -d {self.folder}/out/again ]'), 0)
        self.assertEqual(verdicts, {'serial': 'slower', 'thread-pool': 'slower'})
        self.assertIn('2 cells are slower; measuring them again in fresh blocks\n', errors)
        self.assertIn('measured again: 0 of 2 confirmed\n', errors)
        self.assertNotIn('regression', errors)

    def test_faster_build(self):
        new = self.slow_build()
        output, errors = self.crosspoint('compare', '--ab', new, PROGRAM, *RUN)
        self.assertEqual([row['verdict'] for row in csv.DictReader(output.splitlines())], ['faster', 'faster'])

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
            for arms in (PROGRAM, other), (other, PROGRAM):
                self.expect_error(['compare', '--ab', *arms, *RUN], *words)
        self.assertFalse((self.folder / 'out').exists())


if __name__ == '__main__':
    main()
