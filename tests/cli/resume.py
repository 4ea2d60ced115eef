# SPDX-License-Identifier: MIT
"""A run that is interrupted keeps what it measured, and can be gone on with."""

import json
import os
import re
import shutil
import signal

from harness import FIXTURES, PROGRAM, Case, count_rows, main, read_rows, read_run, repeats

CELLS = '^native/(null/empty/(serial|thread-pool|process-pool)|io/sleep/process-pool)/'


class Interrupted(Case):
    def interrupt(self, send, *options):
        """Starts a run and interrupts it when it has some rows; what then lies in out/ is checked. A longer one
        if we were held up until it was complete."""
        for blocks in 6, 24, 96:
            shutil.rmtree(self.folder / 'out', ignore_errors=True)
            runner = self.start('run', '--filter', CELLS, '--launch-ms', '40', '--blocks', blocks, '--out', 'out',
                                *options)
            self.wait_until(lambda: count_rows(self.folder / 'out') > 4, 'no rows', 60)
            send(runner.pid)
            output, errors = self.finish(runner, None)
            if runner.returncode == 130:
                break
        self.assertEqual(runner.returncode, 130, errors)
        self.assertEqual(output, '')
        self.assertTrue(errors.endswith(f'go on with: {PROGRAM} run --resume out\n'), errors)
        rows, run = read_rows(self.folder / 'out'), read_run(self.folder / 'out')
        self.assertEqual(len({(row['block'], row['slot']) for row in rows}), len(rows))
        self.assertEqual((run['outcome']['state'], run['outcome']['rows']), ('interrupted', len(rows)))
        if run['options']['gate']:
            accepted = {block['block'] for block in run['blocks'] if block['decision'] == 'accepted'}
            self.assertLessEqual({int(row['block']) for row in rows if row['status'] == 'ok'}, accepted)
        code = 0 if any(row['status'] == 'ok' for row in rows) else 3  # disturbed throughout
        for command in 'rules', 'report':
            self.assertEqual(self.crosspoint(command, 'out', code=code)[1], '')
        return run

    def test_own_rules(self):
        """They are named again: a run.json, which may be a stranger's, does not say which files are opened."""
        rules = self.folder / 'mine.ini'
        rules.write_text((FIXTURES / 'rules' / 'threads-pay.ini').read_text())
        runner = self.start('run', '--rules', rules, '--launch-ms', '10', '--blocks', '1000', '--out', 'out')
        self.wait_until(lambda: count_rows(self.folder / 'out') > 0, 'no rows')
        runner.send_signal(signal.SIGINT)
        errors = self.finish(runner, 130)[1]
        self.assertTrue(errors.endswith(f'go on with: {PROGRAM} run --resume out --rules {rules}\n'), errors)
        self.expect_error(['run', '--resume', 'out'], f"out was made with rules of one's own ({rules}); name them again with --rules")
        self.expect_error(['run', '--resume', 'out', '--rules', 'none'], '--rules none: No such file')
        rules.rename(self.folder / 'moved.ini')
        for results in 'out', 'out/samples.csv':
            errors = self.crosspoint('rules', results, code=None)[1]
            self.assertIn(f"{results} was made with rules of one's own ({rules}); it is judged by those that come", errors)
        self.assertEqual(self.crosspoint('rules', 'out', '--rules', 'moved.ini', code=None)[1].count('made with'), 0)
        run = read_run(self.folder / 'out')
        run['plan']['blocks'] = 1
        run['options']['gate'] = False
        (self.folder / 'out' / 'run.json').write_text(json.dumps(run))
        output = self.crosspoint('run', '--resume', 'out', '--rules', 'moved.ini', code=None)[0]
        self.assertRegex(output, r'\nmoved +')
        self.assertEqual(read_run(self.folder / 'out')['options']['rules_path'], str(self.folder / 'moved.ini'))

    def test_one_writer_a_folder(self):
        """A run that still goes on is not gone on with; who killed one can."""
        run = self.start('run', '--filter', '^native/null/empty/serial/', '--profile', 'smoke', '--launch-ms', '1',
                         '--blocks', '1000', '--out', 'out')
        self.wait_until(lambda: count_rows(self.folder / 'out') > 0, 'no rows')
        second = self.start('run', '--resume', 'out')
        errors = second.communicate()[1]
        self.assertEqual(second.returncode, 2)
        self.assertIn(f'out: another run (process {run.pid}) is writing to it', errors)
        run.send_signal(signal.SIGINT)
        self.finish(run, 130)
        self.assertFalse((self.folder / 'out' / '.lock').exists())

    def resume(self, run, kept):
        """Goes on with out/: the same plan, to its end, and the text kept stays as it is."""
        code = 0 if run['options']['profile'] == 'smoke' else None  # 3 if disturbed throughout
        output, errors = self.crosspoint('run', '--resume', 'out', code=code)
        if read_run(self.folder / 'out')['outcome']['state'] == 'disturbed':
            self.skipTest('nothing but disturbed blocks: the run gave up')
        self.assertTrue(output.endswith('report: out/report.html\n'))
        for done, blocks in re.findall(r'block (\d+) of (\d+)', errors):
            self.assertLessEqual(int(done), int(blocks))
        rows, after = self.expect_whole_plan(self.folder / 'out'), read_run(self.folder / 'out')
        self.assertEqual(after['outcome']['state'], 'complete')
        for key in 'run_id', 'options', 'machine', 'versions':
            self.assertEqual(after[key], run[key])
        for key in 'blocks', 'seed':
            self.assertEqual(after['plan'][key], run['plan'][key])
        self.assertEqual([(cell['cell'], cell['items'], cell['group']) for cell in after['plan']['cells']],
                         [(cell['cell'], cell['items'], cell['group']) for cell in run['plan']['cells']])
        self.assertEqual({row['run_id'] for row in rows}, {'out'})
        self.assertTrue((self.folder / 'out' / 'samples.csv').read_text().startswith(kept))
        return rows

    def samples(self):
        return (self.folder / 'out' / 'samples.csv').read_text()

    def test_sigint(self):
        """As a terminal does, to the whole process group; then once more, and to the end."""
        run = self.interrupt(lambda pid: os.killpg(pid, signal.SIGINT), '--profile', 'smoke', '--blocks', '12')
        runner = self.start('run', '--resume', 'out')
        rows = count_rows(self.folder / 'out')
        self.wait_until(lambda: count_rows(self.folder / 'out') > rows, 'no more rows', 60)
        runner.send_signal(signal.SIGINT)
        self.finish(runner, 130)
        rows = self.resume(run, self.samples())
        self.assertEqual({row['status'] for row in rows}, {'ok'})

    @repeats
    def test_sigterm(self):
        """With blocks that are judged, and repeated if they were disturbed."""
        run = self.interrupt(lambda pid: os.kill(pid, signal.SIGTERM), '--profile', 'quick')
        self.resume(run, '')

    @repeats
    def test_unjudged_block(self):
        """Killed after a block's last row and before its judgement: the block does not count, another does."""
        run = self.interrupt(lambda pid: os.kill(pid, signal.SIGTERM), '--profile', 'quick')
        while run['blocks'].pop()['decision'] == 'interrupted':
            continue
        (self.folder / 'out' / 'run.json').write_text(json.dumps(run))
        judged = {block['block'] for block in run['blocks']}
        begun = {int(row['block']) for row in read_rows(self.folder / 'out')}
        self.resume(run, '')
        after = read_run(self.folder / 'out')
        interrupted = {block['block'] for block in after['blocks'] if block['decision'] == 'interrupted'}
        self.assertEqual(interrupted, begun - judged)
        self.assertTrue(interrupted)
        counted = {int(row['block']) for row in read_rows(self.folder / 'out') if row['status'] == 'ok'}
        self.assertFalse(counted & interrupted)

    def test_block_of_no_plan(self):
        run = self.interrupt(lambda pid: os.kill(pid, signal.SIGTERM), '--profile', 'smoke')
        run['blocks'] = [{'block': 1000, 'decision': 'accepted'}]
        (self.folder / 'out' / 'run.json').write_text(json.dumps(run))
        _, errors = self.crosspoint('run', '--resume', 'out', code=2)
        self.assertIn("out/run.json: entry 0 of blocks is not of this run's plan", errors)

    def test_another_machine_or_build(self):
        run = self.interrupt(lambda pid: os.kill(pid, signal.SIGTERM), '--profile', 'smoke')
        samples = self.samples()
        for part, key, what in (run['machine']['fingerprint'], 'kernel', 'on another machine: kernel was "0.1"'), \
                (run['versions'], 'commit', 'by another build: commit was "0.1"'):
            mine, part[key] = part[key], '0.1'
            (self.folder / 'out' / 'run.json').write_text(json.dumps(run))
            _, errors = self.crosspoint('run', '--resume', 'out', code=2)
            self.assertIn(f'out: measured {what} and is ', errors)
            self.assertEqual(self.samples(), samples)
            part[key] = mine

    def test_ignored_from_the_start(self):
        """As under nohup."""
        runner = self.start('run', '--profile', 'smoke', '--filter', CELLS, '--launch-ms', '40', '--out', 'out',
                            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_until(lambda: count_rows(self.folder / 'out') > 0, 'no rows', 60)
        runner.send_signal(signal.SIGHUP)
        self.finish(runner)
        self.assertEqual(read_run(self.folder / 'out')['outcome']['state'], 'complete')

    def test_sigint_while_drawing(self):
        """A gnuplot that hangs does not hold the user; all that was measured is there."""
        tools, drawing = self.folder / 'tools', self.folder / 'drawing'
        tools.mkdir()
        (tools / 'gnuplot').write_text(f'#!/bin/sh\n: >"{drawing}"\nexec sleep 60\n')
        (tools / 'gnuplot').chmod(0o755)
        runner = self.start('run', '--profile', 'smoke', '--rule', 'cpu-processes-beat-threads', '--out', 'out',
                            env={'PATH': f'{tools}:{os.environ["PATH"]}'})
        self.wait_until(drawing.exists, 'no chart was begun', 60)
        os.killpg(runner.pid, signal.SIGINT)
        runner.communicate(timeout=30)
        self.assertEqual(runner.returncode, -signal.SIGINT)
        self.expect_no_process(30)
        self.assertEqual(read_run(self.folder / 'out')['outcome']['state'], 'complete')

    def test_cut_row(self):
        run = self.interrupt(lambda pid: os.kill(pid, signal.SIGHUP), '--profile', 'smoke')
        whole, _, last = self.samples()[:-1].rpartition('\n')
        for cut in 1, len(last) // 2, len(last):
            with self.subTest(cut):
                (self.folder / 'out' / 'samples.csv').write_text(f'{whole}\n{last[:cut]}')
                self.crosspoint('rules', 'out')
                self.resume(run, whole + '\n')

    @repeats
    def test_complete(self):
        run = self.interrupt(lambda pid: os.kill(pid, signal.SIGTERM), '--profile', 'smoke')
        self.resume(run, self.samples())
        samples = self.samples()
        self.resume(run, samples)
        self.assertEqual(self.samples(), samples)

    def test_calibration(self):
        """Nothing is measured yet: there is no folder."""
        runner = self.start('run', '--profile', 'quick', '--filter', 'io/', '--out', 'out')
        self.assertIn('calibrating', runner.stderr.readline())
        runner.send_signal(signal.SIGINT)
        self.finish(runner, 130)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == '__main__':
    main()
