# SPDX-License-Identifier: MIT
"""Workloads that misbehave cost their own rows, which say why, and never the run."""

import os
import shutil
import signal
import subprocess

from harness import FAULTS, PROGRAM, Case, children, count_rows, lists_children, main, repeats

SERIAL = ['serial', 'event-loop']
THREADS = ['thread-per-task', 'thread-pool', 'event-loop-threads', 'event-loop-offload']
PROCESSES = ['process-per-task', 'process-pool', 'event-loop-processes']
HEALTHY = '(serial|thread-pool/workers:4|process-pool/workers:4)'


class Inside(Case):
    """The fault is in the task."""

    def expect_failed(self, fault, models, reason, *options):
        # Faults are in the fourth task: four workers do at least so many.
        faulty = '|'.join(model if model in SERIAL else f'{model}/workers:4' for model in models)
        self.crosspoint('run', '--profile', 'smoke', '--launch-ms', '20', '--workers', '1,4', '--out', 'out',
                        '--filter', f'^native/(fault/{fault}/({faulty})|null/empty/{HEALTHY})/', *options,
                        program=FAULTS)
        rows = self.expect_whole_plan(self.folder / 'out')
        self.assertEqual(sorted(row['model'] for row in rows if row['family'] == 'fault'), sorted(models))
        for row in rows:
            with self.subTest(row['cell']):
                if row['family'] == 'null':
                    self.assertEqual((row['status'], row['reason']), ('ok', ''))
                    continue
                self.assertEqual(row['status'], 'failed')
                self.assertRegex(row['reason'], reason)
                self.assertEqual(row['items_per_second'] + row['wall_ns'] + row['checksum'], '')
        self.crosspoint('rules', 'out')

    def test_crash(self):
        self.expect_failed('crash', SERIAL + THREADS + PROCESSES, 'killed by signal 11')

    @repeats
    def test_kill(self):
        self.expect_failed('kill', SERIAL + THREADS + PROCESSES, 'killed by signal 9')

    def test_daemon(self):
        self.expect_failed('daemon', SERIAL + THREADS + PROCESSES, 'killed by signal 9')
        self.expect_no_process()

    def test_exit(self):
        self.expect_failed('exit', SERIAL + THREADS + PROCESSES, 'exited with status 3')

    @repeats
    def test_checksum(self):
        self.expect_failed('checksum', SERIAL + THREADS + PROCESSES, 'wrong checksum [0-9a-f]{16}, expected [0-9a-f]{16}')

    def test_prepare(self):
        self.expect_failed('prepare', SERIAL + THREADS + PROCESSES, 'nothing to prepare with')

    @repeats
    def test_hang(self):
        self.expect_failed('hang', ['thread-pool', 'process-per-task', 'process-pool', 'event-loop-processes'],
                           'timeout: still running after 2 s; raise --timeout', '--timeout', '2')

    def test_bench(self):
        output, errors = self.crosspoint('bench', '--benchmark_filter=fault/crash/process-pool|null/empty/serial',
                                    '--benchmark_min_time=0.001', program=FAULTS, code=1)
        self.assertRegex(output, r'fault/crash/process-pool\S* +ERROR OCCURRED: ')
        self.assertRegex(errors, r'process \d+ was killed by signal 11')
        self.assertRegex(output, r'null/empty/serial\S* +[\d.]+ ns')


class Inherited(Case):
    """What whoever started us has left us makes no difference."""

    def test_ignored_children(self):
        """The kernel would then not tell how they ended."""
        def ignore_children():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        output, _ = self.crosspoint('bench', '--benchmark_filter=fault/exit/(serial|process-pool)',
                                    '--benchmark_min_time=0.001', program=FAULTS, code=1, preexec_fn=ignore_children)
        self.assertEqual(output.count('ERROR OCCURRED'), 2, output)
        self.crosspoint('run', '--profile', 'smoke', '--launch-ms', '1', '--filter', 'fault/exit/serial', '--out',
                        'out', program=FAULTS, code=3, preexec_fn=ignore_children)
        for row in self.expect_whole_plan(self.folder / 'out'):
            self.assertEqual((row['status'], row['reason']), ('failed', 'the launch exited with status 3'))

    def test_child_that_does_not_end(self):
        runner = self.start('-c', 'sleep 1000 >/dev/null 2>&1 & echo $! >child; exec "$@"', 'sh', PROGRAM, 'run',
                            '--profile', 'smoke', '--launch-ms', '1', '--filter', 'null/empty/serial', '--out', 'out',
                            program='/bin/sh')
        try:
            runner.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            runner.kill()
        finally:
            os.kill(int((self.folder / 'child').read_text()), signal.SIGKILL)
        self.assertEqual(runner.returncode, 0)
        self.expect_no_process(30)


@lists_children
class Outside(Case):
    """A process of a launch is killed from outside."""

    def kill_one(self, runner, cell, choose):
        """Kills the process that choose() takes from the launch and its children, once a row is written."""
        for launch, command in children(runner.pid):
            if ' launch ' in command and cell in command and count_rows(self.folder / 'out') > 0:
                victim = choose(launch, [child for child, _ in children(launch)])
                try:
                    return victim and not os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    break
        return False

    def expect_one_failed(self, cell, choose, reason):
        for launch_ms in 400, 2000, 8000:  # a longer one if we were held up until the process was done
            shutil.rmtree(self.folder / 'out', ignore_errors=True)
            runner = self.start('run', '--profile', 'smoke', '--launch-ms', launch_ms, '--blocks', '2', '--place',
                                'none', '--filter', f'({cell}|null/empty/serial)/', '--out', 'out')
            self.wait_until(lambda: self.kill_one(runner, cell, choose) or runner.poll() is not None,
                            'no process to kill', 60)
            output, _ = self.finish(runner)
            if '4 launches, 1 failed' in output:
                break
        self.assertIn('4 launches, 1 failed', output)
        rows = self.expect_whole_plan(self.folder / 'out')
        failed = [row for row in rows if row['status'] == 'failed']
        self.assertEqual([row['model'] for row in failed], [cell.split('/')[2]])
        self.assertRegex(failed[0]['reason'], reason)

    def test_launch(self):
        self.expect_one_failed('io/sleep/thread-pool', lambda launch, _: launch,
                               'the launch was killed by signal 9')

    @repeats
    def test_worker_of_pool(self):
        self.expect_one_failed('io/sleep/process-pool', lambda _, workers: workers[-1] if workers else None,
                               r'process \d+ was killed by signal 9')

    @repeats
    def test_worker_with_loop(self):
        self.expect_one_failed('io/sleep/event-loop-processes', lambda _, workers: workers[-1] if workers else None,
                               r'process \d+ was killed by signal 9')

    def test_server(self):
        self.expect_one_failed('io/echo/process-pool', lambda _, workers: workers[1] if workers[1:] else None,
                               r'killed by signal 9|load generator')

    def test_load_generator(self):
        """The only child of servers that are threads or loops."""
        for model in 'thread-pool', 'event-loop':
            with self.subTest(model):
                self.expect_one_failed(f'io/echo/{model}', lambda _, workers: workers[0] if workers else None,
                                       r'process \d+ was killed by signal 9|Connection reset|Broken pipe')
                os.rename(self.folder / 'out', self.folder / model)


@lists_children
class Owner(Case):
    """A process that holds what workers share, or answers them, is killed, or what started it."""

    CELLS = ['comm/transfer/thread-pool/via:manager', 'comm/transfer/process-pool/via:manager',
             'comm/shared/thread-pool/workers:2/via:pipe', 'comm/shared/process-pool/workers:2/via:manager',
             'io/fetch/thread-pool/conc:2', 'io/fetch/process-pool/conc:2', 'io/fetch/event-loop/conc:2',
             'comm/arguments/thread-per-task/workers:1/by:copy', 'create/exec/serial/start:forkserver']

    def start_cell(self, cell):
        launch = self.start('launch', '--items', 10**9, f'native/{cell}/place:none')
        workers = 2 if 'process' in cell else 0
        self.wait_until(lambda: len(children(launch.pid)) == 1 + workers, 'no owner', 30)
        return launch

    def test_owner(self):
        for cell in self.CELLS:
            with self.subTest(cell):
                launch = self.start_cell(cell)
                os.kill(children(launch.pid)[0][0], signal.SIGKILL)
                output, errors = launch.communicate(timeout=30)
                self.expect_no_process(30)
                self.assertEqual((launch.returncode, output), (1, ''))
                self.assertRegex(errors, r'process \d+ was killed by signal 9|the (other side|server) has ended|the HTTP server')

    def test_file(self):
        """What workers share is a file: it has no name, whatever dies."""
        folder = self.folder / 'files'
        folder.mkdir()
        launch = self.start('launch', '--items', 10**9, 'native/sync/file/process-pool/workers:2/place:none',
                            env={'TMPDIR': str(folder)})
        self.wait_until(lambda: len(children(launch.pid)) == 2, 'no workers', 30)
        self.assertEqual(list(folder.iterdir()), [])
        launch.kill()
        launch.communicate(timeout=30)
        self.expect_no_process(30)
        self.assertEqual(list(folder.iterdir()), [])
        _, errors = self.crosspoint('launch', '--items', 1, 'native/sync/file/serial', code=1,
                                    env={'TMPDIR': str(folder / 'none')})
        self.assertIn(f'a file in {folder}/none (TMPDIR): No such file or directory', errors)

    def test_launch(self):
        for cell in self.CELLS:
            with self.subTest(cell):
                launch = self.start_cell(cell)
                launch.kill()
                launch.communicate(timeout=30)
                self.expect_no_process(30)


@lists_children
class Runner(Case):
    """kill -9 of what started them ends all workers, at every depth."""

    def expect_all_gone(self, *arguments, depth):
        def deep_enough():
            level = {runner.pid}
            for _ in range(depth):
                level = {child for parent in level for child, _ in children(parent)}
            return level
        runner = self.start(*arguments)
        self.wait_until(deep_enough, 'no worker', 30)
        runner.kill()
        runner.communicate(timeout=30)
        self.expect_no_process(30)

    def test_run(self):
        for cell in 'io/sleep/process-pool', 'io/sleep/event-loop-processes', 'io/echo/process-per-task':
            with self.subTest(cell):
                self.expect_all_gone('run', '--profile', 'smoke', '--launch-ms', '300', '--place', 'none', '--filter',
                                     cell, '--out', cell.replace('/', '-'), depth=2)

    def test_files(self):
        """What is read has no name while it is, so nothing can be left of it."""
        files = self.folder / 'files'
        files.mkdir()
        launch = self.start('launch', '--items', '10000000', 'native/io/files/process-pool/conc:2/place:none',
                            env={'TMPDIR': str(files)})
        self.wait_until(lambda: len(children(launch.pid)) == 2, 'no worker', 30)
        self.assertEqual(list(files.iterdir()), [])
        launch.kill()
        launch.communicate(timeout=30)
        self.expect_no_process(30)
        self.assertEqual(list(files.iterdir()), [])

    def test_bench(self):
        self.expect_all_gone('bench', '--benchmark_filter=io/sleep/process-pool', '--benchmark_min_time=5', depth=2)

    def test_resume(self):
        runner = self.start('run', '--profile', 'smoke', '--launch-ms', '50', '--blocks', '4', '--filter',
                            'io/sleep/process-pool', '--out', 'out')
        self.wait_until(lambda: count_rows(self.folder / 'out') > 1, 'no row', 30)
        runner.kill()
        runner.communicate(timeout=30)
        self.expect_no_process(30)
        before = (self.folder / 'out' / 'samples.csv').read_text()
        self.crosspoint('run', '--resume', 'out')
        self.expect_whole_plan(self.folder / 'out')
        self.assertTrue((self.folder / 'out' / 'samples.csv').read_text().startswith(before))


if __name__ == '__main__':
    main()
