# SPDX-License-Identifier: MIT
"""The user's own work: cells like any others."""

import pathlib
import shutil

from harness import BUILD, Case, main, read_rows, read_run

PLUGINS = pathlib.Path(BUILD) / 'tests' / 'plugins'
DIVISORS = PLUGINS / 'divisors.so'
SMALL = 'run', '--profile', 'smoke', '--launch-ms', '1', '--quiet'


class Plugin(Case):
    def test_run(self):
        """Its cells, and only these, under all models; they are compared, so they do the same work."""
        self.crosspoint(*SMALL, '--plugin', DIVISORS, '--out', 'out')
        rows = read_rows(self.folder / 'out')
        self.assertEqual({row['status'] for row in rows}, {'ok'}, rows)
        self.assertEqual({(row['family'], row['workload']) for row in rows}, {('own', 'divisors')})
        self.assertLessEqual({'serial', 'thread-pool', 'process-pool', 'event-loop'}, {row['model'] for row in rows})
        self.assertEqual(len({row['items'] for row in rows}), 1)
        self.assertEqual(read_run(self.folder / 'out')['options']['own'], {'plugin': 'divisors.so'})

    def test_own_rule(self):
        """A rule names its cells; so do the keys."""
        (self.folder / 'mine.ini').write_text('[rule]\nclaim = mine\nruntimes = native\nkind = compare\neffect = 10%\n'
                                              'better = own/divisors/thread-pool/workers:1/place:none\n'
                                              'worse = own/divisors/serial/place:none\nmetric = items_per_second\n')
        output = self.crosspoint(*SMALL, '--plugin', DIVISORS, '--rules', 'mine.ini', '--out', 'out')[0]
        self.assertIn('mine', output)
        self.assertEqual(len(read_rows(self.folder / 'out')), 2)
        self.crosspoint(*SMALL, '--plugin', DIVISORS, '--key', 'numbers:1,2', '--filter', 'serial', '--out', 'keys')
        self.assertEqual({row['params'] for row in read_rows(self.folder / 'keys')}, {'numbers:1', 'numbers:2'})

    def test_elsewhere(self):
        shutil.copy(DIVISORS, self.folder / 'mine.so')
        cells = self.crosspoint('list', 'cells', '--plugin', 'mine.so')[0].splitlines()
        self.assertTrue(cells and all('/own/divisors/' in cell for cell in cells), cells)
        self.assertIn('own/divisors', self.crosspoint('list', 'workloads', '--plugin', 'mine.so')[0])
        listed = self.crosspoint('bench', '--plugin', 'mine.so', '--benchmark_list_tests')[0]
        self.assertEqual(len(listed.splitlines()), len(cells))
        self.assertIn('status=ok', self.crosspoint('launch', cells[0], '--plugin', './mine.so')[0])

    def test_compare_builds(self):
        """Interleaved, as any other cells."""
        import harness
        output = self.crosspoint('compare', '--ab', harness.PROGRAM, harness.PROGRAM, '--plugin', DIVISORS, '--filter',
                                 'serial', '--blocks', 1, '--launch-ms', 1, '--profile', 'smoke', '--out', 'ab',
                                 code=None)[0]
        self.assertIn('own/divisors/serial', output)

    def test_compare_plugins(self):
        """Two builds of one's own, by this very program: the second is slower, and another file."""
        output = self.crosspoint('compare', '--ab', DIVISORS, PLUGINS / 'divisors_slower.so', '--filter', '/serial/',
                                 '--blocks', 10, '--launch-ms', 5, '--profile', 'smoke', '--out', 'ab', code=1)[0]
        self.assertRegex(output, 'own/divisors/serial.* slower')
        errors = self.crosspoint('compare', '--ab', DIVISORS, PLUGINS / 'no_plugin.so', '--filter', '/serial/', '--blocks', 1,
                                 '--profile', 'smoke', '--out', 'other', code=None)[1]
        self.assertIn('crosspoint/workload.h', errors + str(read_rows(self.folder / 'other' / 'new')))
        self.assertIn('two builds of crosspoint, or two plugins',
                      self.crosspoint('compare', '--ab', DIVISORS, '/bin/true', code=2)[1])

    def test_resume(self):
        """It is named again, or there is nothing to measure; and it is what it was."""
        self.crosspoint(*SMALL, '--plugin', DIVISORS, '--filter', 'serial', '--out', 'out')
        errors = self.crosspoint('run', '--resume', 'out', code=2)[1]
        self.assertIn('name it again', errors)
        self.crosspoint('run', '--resume', 'out', '--plugin', DIVISORS)
        self.crosspoint(*SMALL, '--filter', 'native/null/empty/serial', '--out', 'plain')
        self.assertIn('name none', self.crosspoint('run', '--resume', 'plain', '--plugin', DIVISORS, code=2)[1])

    def test_changed(self):
        """All launches are of one file."""
        own = shutil.copy(DIVISORS, self.folder / 'mine.so')
        run = self.start('run', '--plugin', 'mine.so', '--blocks', 1000, '--launch-ms', 1, '--filter', 'serial',
                         '--profile', 'smoke', '--out', 'out')
        self.wait_until((self.folder / 'out' / 'samples.csv').exists, 'it does not begin')
        pathlib.Path(own).unlink()
        shutil.copy(PLUGINS / 'nameless.so', own)
        self.assertIn('mine.so was changed while it was measured', self.finish(run, 2)[1])

    def expect_refused(self, plugin, *words):
        output, errors = self.crosspoint('list', 'cells', '--plugin', plugin, code=2)
        self.assertEqual((output, len(errors.splitlines())), ('', 1), errors)
        for word in words:
            self.assertIn(word, errors)

    def test_refused(self):
        (self.folder / 'text.so').write_text('no object\n')
        self.expect_refused('absent.so', 'absent.so', 'No such file')
        self.expect_refused(self.folder / 'text.so', 'text.so')
        self.expect_refused(PLUGINS / 'no_plugin.so', 'no symbol', 'crosspoint/workload.h')
        self.expect_refused(PLUGINS / 'other_version.so', 'version 2.8', 'compile it again')
        self.expect_refused(PLUGINS / 'nameless.so', 'needs a name')
        self.expect_refused(PLUGINS / 'badly_named.so', "'My Task'")


class Command(Case):
    def test_run(self):
        """Each task starts it once, whatever the model; what it prints is not seen."""
        output = self.crosspoint(*SMALL, '--command', 'echo {index}', '--out', 'out')[0]
        self.assertNotIn('\n0\n', output)
        rows = read_rows(self.folder / 'out')
        self.assertEqual({row['status'] for row in rows}, {'ok'}, rows)
        self.assertGreater(len(rows), 8)
        self.assertEqual({row['value_unit'] for row in rows}, {'latency_mean_ns'})
        self.assertEqual(read_run(self.folder / 'out')['options']['own'], {'command': 'echo {index}'})

    def test_once(self):
        """A round of warm-up, then the tasks; words are quoted as for a shell, which is asked where one is needed."""
        for cell, command in (('thread-pool/conc:3', 'echo x{index} >> done'),
                              ('event-loop/conc:3', "sh -c 'echo x{index} >> done'"),
                              ('process-per-task/conc:3', 'sh -c "echo x\\{index} >> \\"done\\""')):
            self.crosspoint('launch', 'native/own/command/' + cell, '--items', 6, '--command', command)
            self.assertEqual(sorted((self.folder / 'done').read_text().split()),
                             sorted([f'x{number}' for number in (0, 1, 2, 0, 1, 2, 3, 4, 5)]), command)
            (self.folder / 'done').unlink()

    def test_fails(self):
        """Told by its exit code and the last that it said, under whatever model."""
        for number, (command, told) in enumerate((
                ('sh -c "echo one; echo two >&2; echo; exit 3"', 'ended with exit code 3: two'),
                ('kill -9 $$', 'was killed by signal 9'))):
            self.crosspoint('run', '--profile', 'smoke', '--quiet', '--command', command, '--filter',
                            '(serial|process-pool|thread-pool|event-loop)/', '--out', number, code=3)
            for row in read_rows(self.folder / str(number)):
                self.assertEqual(row['status'], 'failed')
                self.assertIn(told, row['reason'])

    def test_refused(self):
        for command, told in (('no-such-command x', "command 'no-such-command' not found in PATH"),
                              ('./absent', './absent: No such file'), ('/', '/ is no program'),
                              ("echo 'a", 'a quote is not closed'), (' ', 'it is empty'),
                              ('echo ' + 'x' * 9000, 'longer than')):
            output, errors = self.crosspoint('run', '--command', command, code=2)
            self.assertEqual((output, len(errors.splitlines())), ('', 1))
            self.assertIn('--command: ' + told, errors)


class PythonTask(Case):
    def test_run(self):
        """Cells of the interpreter's own, under what can run it; named again to go on."""
        (self.folder / 'mine.py').write_text('def add(a, b):\n    return a + b\n')
        task = '--python-task', 'mine:add', '--args', '[1, 2]'
        self.crosspoint('run', '--profile', 'smoke', '--quiet', '--runtime', 'cpython', *task, '--filter',
                        '(serial|thread-pool|process-pool|event-loop)/', '--out', 'out')
        rows = read_rows(self.folder / 'out')
        self.assertEqual({row['status'] for row in rows}, {'ok'}, rows)
        self.assertEqual({(row['workload'], row['model']) for row in rows},
                         {('add', 'serial'), ('add', 'thread-pool'), ('add', 'process-pool')})
        self.assertNotIn(str(self.folder), (self.folder / 'out' / 'run.json').read_text())
        self.assertIn('name it again', self.crosspoint('run', '--resume', 'out', code=2)[1])
        self.crosspoint('run', '--resume', 'out', '--quiet', *task)

    def test_refused(self):
        for command in ('run', '--runtime', 'cpython'), ('list', 'cells'):
            self.assertIn("no module 'absent'", self.crosspoint(*command, '--python-task', 'absent:f', code=2)[1])
        self.assertIn('leave out --runtime native', self.crosspoint('run', '--python-task', 'absent:f', code=2)[1])
        self.assertIn('native', self.crosspoint('bench', '--python-task', 'mine:f', code=2)[1])


if __name__ == '__main__':
    main()
