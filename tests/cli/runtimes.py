# SPDX-License-Identifier: MIT
"""Runtimes beside native: interpreters that are none, that fail, and that say too much."""

import json
import os
import signal
import sys
import unittest

from harness import Case, children, lists_children, read_rows, read_run, repeats

WORKLOAD = {'family': 'null', 'name': 'empty', 'summary': 'nothing', 'models': ['serial', 'thread-pool']}
DESCRIPTION = {'protocol': 1, 'runtime': 'fake1.0', 'implementation': 'Fake', 'version': '1.0', 'lock': False,
               'build': '', 'settings': '', 'models': [], 'workloads': [WORKLOAD]}
RESULT = '''{"items": 1, "wall_ns": 1000, "checksum": "0000000000000001", "cpus_observed": [0]}'''


class Fake(Case):
    """An interpreter is a program that is given our driver: a script of the test's own takes its place."""

    def fake(self, launch, description=DESCRIPTION, name='fake'):
        path = self.folder / name
        text = description if isinstance(description, str) else f"echo '{json.dumps(description)}'"
        path.write_text(f'#!/bin/sh\nif [ "$2" = --describe ]; then\n{text}\nexit\nfi\nread cell\n{launch}\n')
        path.chmod(0o755)
        return path

    def run_fake(self, interpreter, *arguments, models='serial', code=3, **options):
        _, errors = self.crosspoint('run', '--profile', 'smoke', '--runtime', 'cpython', '--python', interpreter,
                                    '--filter', f'null/empty/({models})/', '--out', 'out', *arguments, code=code,
                                    **options)
        return read_rows(self.folder / 'out'), errors

    def expect_reason(self, launch, reason, *arguments, status='failed', **options):
        rows, _ = self.run_fake(self.fake(launch), *arguments, **options)
        self.assertEqual([row['runtime'] for row in rows], ['fake1.0'])
        self.assertEqual(rows[0]['status'], status)
        self.assertRegex(rows[0]['reason'], reason)
        self.expect_no_process(30)


class Launch(Fake):
    """What goes wrong in a launch costs that sample, and says why."""

    def test_result(self):
        rows, _ = self.run_fake(self.fake(f"echo ready; read go; echo '{RESULT}'; read end; exit 0"), code=0)
        self.assertEqual([(row['status'], row['items'], row['wall_ns']) for row in rows], [('ok', '1', '1000')])
        self.assertEqual(read_run(self.folder / 'out')['runtimes'][1]['version'], '1.0')
        for name in 'run.json', 'samples.csv':  # a folder is given away: where the interpreter lies is nobody's
            self.assertNotIn(str(self.folder), (self.folder / 'out' / name).read_text())

    def test_memory(self):
        """Read before the workers are made, and when all have arrived."""
        rows, _ = self.run_fake(self.fake(f"echo memory; read go; echo ready; read go; echo memory; read go\n"
                                          f"echo '{RESULT}'; read end; exit 0"), code=0)
        self.assertEqual(rows[0]['status'], 'ok')

    def test_skipped(self):
        self.expect_reason('''echo '{"skipped": "no such module here"}'; read end; exit 0''', '^no such module here$',
                           status='skipped')

    def test_crash(self):
        self.expect_reason('kill -SEGV $$', r'fake1.0 was killed by signal 11 \(Segmentation fault\)$')

    def test_killed(self):
        """As the kernel does where memory ends."""
        self.expect_reason('echo ready; read go; kill -KILL $$', r'fake1.0 was killed by signal 9 \(Killed\)$')

    def test_exit(self):
        self.expect_reason('exit 3', 'fake1.0 exited with status 3$')

    def test_traceback(self):
        self.expect_reason('''echo 'Traceback (most recent call last):' >&2
                           echo "ModuleNotFoundError: No module named 'asyncio'" >&2; exit 1''',
                           "fake1.0: ModuleNotFoundError: No module named 'asyncio'$")

    def test_noise(self):
        self.expect_reason("echo 'Hello from sitecustomize'",
                           "printed 'Hello from sitecustomize' where it had to say that it is ready$")

    def test_noise_later(self):
        self.expect_reason('echo ready; read go; echo 42; read end', "printed '42', which is no result")

    def test_endless_line(self):
        self.expect_reason("head -c 2000000 /dev/zero | tr '\\0' x", 'printed a line without an end$')

    def test_after_result(self):
        self.expect_reason(f"echo ready; read go; echo '{RESULT}'; echo more; read end",
                           "goes on after its result: 'more'$")

    def test_bad_end(self):
        self.expect_reason(f"echo ready; read go; echo '{RESULT}'; read end; echo 'left in a mess' >&2; exit 1",
                           'fake1.0: left in a mess$')

    @repeats
    def test_no_figures(self):
        self.expect_reason('''echo ready; read go; echo '{"items": 1}'; read end; exit 0''',
                           'a result without items or wall_ns$')
        
    @repeats
    def test_no_checksum(self):
        self.expect_reason('''echo ready; read go; echo '{"items": 1, "wall_ns": 5}'; read end; exit 0''',
                           'a result without a checksum of 16 hexadecimal digits$')

    def test_less_work(self):
        whole = self.fake(f"echo ready; read go; echo '{RESULT}'; read end; exit 0")
        rows, _ = self.run_fake(whole, models='thread-pool')
        self.assertRegex(rows[0]['reason'], 'did 1 items of 2$' if os.cpu_count() == 2 else 'did 1 items of')

    def test_hang(self):
        self.expect_reason('echo ready; read go; sleep 1000', 'timeout: still running after 2 s', '--timeout', '2')

    def test_children(self):
        """Some of a session of their own, as daemons are."""
        self.expect_reason('''sleep 1000 & setsid sleep 1000 & exit 1''', 'fake1.0 exited with status 1$')


class Description(Fake):
    """Whoever cannot say what it is, is skipped, and all else is measured."""

    def expect_absent(self, interpreter, reason):
        _, errors = self.crosspoint('run', '--profile', 'smoke', '--rule', 'cpu-processes-beat-threads',
                                    '--python', interpreter, '--out', 'out', code=None)
        rows = {row['cell'].split('/')[0] + '/' + row['model']: row for row in read_rows(self.folder / 'out')}
        self.assertEqual(rows['native/thread-pool']['status'], 'ok')
        self.assertEqual(rows['cpython/thread-pool']['status'], 'skipped')
        self.assertRegex(rows['cpython/thread-pool']['reason'], reason)
        self.assertRegex(' '.join(errors.split()), 'cells of cpython are skipped: ')

    def test_no_python(self):
        self.expect_absent('/bin/true', '/bin/true ended without an answer$')

    def test_missing(self):
        self.expect_absent(self.folder / 'missing', 'missing: No such file or directory$')

    def test_broken_link(self):
        (self.folder / 'broken').symlink_to(self.folder / 'missing')
        self.expect_absent(self.folder / 'broken', 'broken: No such file or directory$')

    def test_not_executable(self):
        (self.folder / 'plain').write_text('')
        self.expect_absent(self.folder / 'plain', 'plain: Permission denied$')

    @repeats
    def test_folder(self):
        self.expect_absent(self.folder, 'Permission denied$')

    def test_syntax(self):
        self.expect_absent(self.fake('', "echo 'SyntaxError: invalid syntax' >&2; exit 1"),
                           'fake: SyntaxError: invalid syntax$')

    def test_no_object(self):
        self.expect_absent(self.fake('', 'echo 42'), 'asked what it is it answers no JSON object')

    def test_nonsense(self):
        for change, reason in (({'protocol': 2}, 'another protocol than 1'),
                               ({'runtime': 'Fake 1'}, "no runtime that can be a cell's first word"),
                               ({'runtime': 'native'}, "no runtime that can be a cell's first word"),
                               ({'workloads': []}, 'no workloads'),
                               ({'workloads': [{**WORKLOAD, 'models': ['x']}]}, 'a model of which it tells nothing'),
                               ({'workloads': [{**WORKLOAD, 'models': 7}]}, 'a workload without models'),
                               ({'workloads': [{**WORKLOAD, 'params': [{}]}]}, 'a key without key, default'),
                               ({'models': [{'name': 'x', 'like': 'y', 'summary': 'z'}],
                                 'workloads': [{**WORKLOAD, 'models': ['x']}]}, 'like none of ours')):
            with self.subTest(reason):
                _, errors = self.crosspoint('run', '--runtime', 'cpython', '--dry-run', '--python',
                                            self.fake('', {**DESCRIPTION, **change}), code=None)
                self.assertIn(reason, ' '.join(errors.split()))

    def test_two_of_a_name(self):
        one, other = self.fake('', name='one'), self.fake('', name='other')
        _, errors = self.crosspoint('run', '--python', one, '--python', other, code=2)
        self.assertIn('two runtimes are fake1.0; name one of them', errors)

    def test_two_absent(self):
        _, errors = self.crosspoint('run', '--dry-run', '--rule', 'cpu-processes-beat-threads', '--python', '/bin/true',
                                    '--python', self.folder / 'missing')
        self.assertIn('cells of cpython-2 are skipped', ' '.join(errors.split()))

    def test_none_in_path(self):
        _, errors = self.crosspoint('run', '--dry-run', '--runtime', 'all', '--rule', 'cpu-processes-beat-threads',
                                    env={'PATH': '/nowhere'})
        self.assertIn('no python3 in PATH; install Python 3.9 or newer', ' '.join(errors.split()))


class Choice(Fake):
    def test_runtime(self):
        output, _ = self.crosspoint('run', '--dry-run', '--profile', 'smoke', '--runtime', 'native', '--rule',
                                    'cpu-processes-beat-threads', env={'PATH': '/nowhere'})
        self.assertNotIn('cpython', output)

    def test_unknown(self):
        _, errors = self.crosspoint('run', '--runtime', 'cpyton', code=2)
        self.assertIn("no runtime 'cpyton'; did you mean cpython?", errors)

    def test_model_of_another(self):
        """The driver says under which models it has a workload."""
        _, errors = self.crosspoint('run', '--dry-run', '--runtime', 'cpython', '--python', self.fake(''),
                                    '--filter', 'null/empty/process-pool', code=2)
        self.assertIn("no cell matches 'null/empty/process-pool'", errors)

    def test_list(self):
        """An interpreter is asked for its cells only."""
        self.fake('', 'touch asked; exit 1', 'python3')
        path = {'PATH': f'{self.folder}:{os.environ["PATH"]}'}
        for kind, asked in ('native', False), ('cpython', True):
            cells = self.crosspoint('list', 'cells', '--runtime', kind, env=path)[0].split()
            self.assertEqual({cell.split('/')[0] for cell in cells}, {kind})
            self.assertEqual((self.folder / 'asked').exists(), asked)


class Resume(Fake):
    """The interpreters of a run.json are not started because it says so."""

    def begin(self):
        path = self.fake(f"echo ready; read go; echo '{RESULT}'; read end; exit 0")
        runner = self.start('run', '--profile', 'smoke', '--blocks', '60', '--runtime', 'cpython', '--python', path,
                            '--filter', 'null/empty/serial', '--out', 'out')
        samples = self.folder / 'out' / 'samples.csv'
        self.wait_until(lambda: samples.exists() and samples.read_text().count('\n') > 3, 'no row is written')
        runner.send_signal(signal.SIGINT)
        self.finish(runner, 130)
        return path

    def test_named_again(self):
        path = self.begin()
        _, errors = self.crosspoint('run', '--resume', 'out', code=2)
        self.assertIn('was made with fake1.0, which is not the python3 here; name its interpreter with --python PATH',
                      ' '.join(errors.split()))
        self.crosspoint('run', '--resume', 'out', '--python', path, '--quiet')
        self.assertEqual(len(read_rows(self.folder / 'out')), 60)


class Real(Case):
    """The driver that comes along, under the interpreter of these tests."""

    def test_launch(self):
        name = f'{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}'
        output, _ = self.crosspoint('launch', '--items', '4', '--python', sys.executable,
                                    f'{name}/null/empty/thread-pool/workers:2/place:one-core')
        row = dict(line.split('=', 1) for line in output.splitlines())
        self.assertEqual((row['status'], row['items'], row['workers']), ('ok', '4', '2'))
        self.assertEqual(row['cpus_observed'], row['cpus_requested'])
        self.assertGreater(int(row['memory_bytes']), 1 << 20)

    def test_memory_of_tasks_alone(self):
        """What the library's modules take, some 3 MiB of asyncio, is there before."""
        name = f'{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}'
        output, _ = self.crosspoint('launch', '--python', sys.executable,
                                    f'{name}/memory/idle/event-loop/workers:1/conc:100/place:none')
        row = dict(line.split('=', 1) for line in output.splitlines())
        self.assertLess(int(row['memory_bytes']), 1 << 20)

    @lists_children
    def test_killed_from_outside(self):
        """Whoever kills the interpreter in mid-launch costs its sample."""
        runner = self.start('run', '--profile', 'smoke', '--runtime', 'cpython', '--python', sys.executable, '--filter',
                            'null/empty/process-pool', '--blocks', '5', '--out', 'out')
        def interpreter():
            launch = next((pid for pid, line in children(runner.pid) if ' launch ' in line), None)
            return launch and next((pid for pid, line in children(launch) if 'driver.py' in line), None)
        os.kill(self.wait_until(interpreter, 'no interpreter runs'), signal.SIGKILL)
        self.finish(runner, None)
        self.assertIn('ok', [row['status'] for row in read_rows(self.folder / 'out')])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
