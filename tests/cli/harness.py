# SPDX-License-Identifier: MIT
"""What the tests of the command line share.

A test file is called with the program, the program over misbehaving workloads, and the build folder. Each test
works in a folder of its own, and fails if it leaves a process: we are a subreaper, so that what a program leaves
behind becomes our child. CROSSPOINT_GOLDEN=write writes golden/ anew instead of comparing.
"""

import csv
import ctypes
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, FAULTS, BUILD = map(os.path.abspath, sys.argv[1:4])
HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / 'fixtures'
LIMIT_S = 100

COLUMNS = '''run_id block slot cell runtime family workload model workers conc params place status reason items wall_ns
    items_per_second latency_p50_ns latency_p90_ns latency_p99_ns latency_p999_ns latency_max_ns startup_ns
    cpu_user_ns cpu_system_ns switches_voluntary switches_involuntary migrations faults_minor faults_major
    memory_bytes value value_unit checksum cpus_requested cpus_observed steal_fraction foreign_cpu_fraction
    throttled_ns tasks_lost errors fairness latency_uncorrected_p50_ns latency_uncorrected_p99_ns
    offered_per_second'''.split()


# A sanitizer's look for leaks takes half as long again as a launch, of which the others have hundreds.
LOOK_FOR_LEAKS = 'bad_input', 'export', 'load', 'output', 'programs', 'track'


def environment(**changes):
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(('CROSSPOINT_', 'ARGP_')) and key not in ('NO_COLOR', 'COLUMNS', 'LINES')}
    leaks = '' if pathlib.Path(sys.argv[0]).stem in LOOK_FOR_LEAKS else ':detect_leaks=0'
    env.update(LC_ALL='C', ASAN_OPTIONS=env.get('ASAN_OPTIONS', '') + ':handle_segv=0' + leaks, **changes)
    return env


def children(pid):
    """As (pid, command line), the oldest first; none of a process that is gone."""
    found = []
    for listing in pathlib.Path(f'/proc/{pid}/task').glob('*/children'):
        try:
            found += [(int(child), pathlib.Path(f'/proc/{child}/cmdline').read_bytes().decode().replace('\0', ' '))
                      for child in listing.read_text().split()]
        except OSError:
            continue
    return found


# What takes the same paths as another test, with other figures: not again under a sanitizer (scripts/test).
repeats = unittest.skipIf(os.environ.get('CROSSPOINT_TEST_BRIEF'), 'passed without a sanitizer')

lists_children = unittest.skipUnless(pathlib.Path('/proc/thread-self/children').exists(),
                                     'this kernel does not tell the children of a process')


def read_rows(folder):
    """The rows of a samples.csv, which has to be whole."""
    text = (pathlib.Path(folder) / 'samples.csv').read_text()
    assert text.endswith('\n'), 'the last line is cut'
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == COLUMNS, rows[0]
    assert all(len(row) == len(COLUMNS) for row in rows), 'a row is not whole'
    return [dict(zip(COLUMNS, row)) for row in rows[1:]]


def read_run(folder):
    return json.loads((pathlib.Path(folder) / 'run.json').read_text())


def count_rows(folder):
    """Of a run that goes on: 0 if there is no file yet."""
    path = pathlib.Path(folder) / 'samples.csv'
    return max(path.read_bytes().count(b'\n') - 1, 0) if path.exists() else 0


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix='crosspoint-test-')
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def tearDown(self):
        self.expect_no_process()

    def start(self, *arguments, program=None, env=None, **options):
        """What these tests run is native unless they say otherwise: interpreters take longer and have tests of theirs."""
        if arguments[:1] == ('run',) and not {'--runtime', '--python', '--resume'} & set(arguments):
            arguments = 'run', '--runtime', 'native', *arguments[1:]
        options = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **options}
        process = subprocess.Popen([program or PROGRAM, *map(str, arguments)], cwd=self.folder, text=True,
                                   env=environment(**(env or {})), start_new_session=True, **options)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait(LIMIT_S)
        for stream in process.stdout, process.stderr:
            if stream:
                stream.close()

    def finish(self, process, code=0):
        """Its output and errors; fails unless it ends with code and leaves no process."""
        try:
            output, errors = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f'{process.args} still runs after {LIMIT_S} s')
        if code is not None:
            self.assertEqual(process.returncode, code, f'{process.args}\n{output}\n{errors}')
        self.expect_no_process()
        return output, errors

    def crosspoint(self, *arguments, code=0, **options):
        return self.finish(self.start(*arguments, **options), code)

    def expect_no_process(self, within_s=0):
        """No child is left, alive or as a zombie."""
        self.wait_until(self.no_process_left, 'a process is left', within_s)

    @staticmethod
    def no_process_left():
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
            return False
        except ChildProcessError:
            return True

    def wait_until(self, condition, failure, within_s=LIMIT_S):
        deadline_s = time.monotonic() + within_s
        while not (value := condition()):
            if time.monotonic() >= deadline_s:
                self.fail(failure)
            time.sleep(0.002)
        return value

    def expect_golden(self, name, text):
        path = HERE / 'golden' / f'{name}.txt'
        if os.environ.get('CROSSPOINT_GOLDEN') == 'write':
            path.write_text(text)
        self.assertEqual(text, path.read_text(), f'{path}: CROSSPOINT_GOLDEN=write writes it anew')

    def transcript(self, *commands):
        """What the commands print, each below its command line."""
        lines = []
        for command in commands:
            lines.append('$ crosspoint ' + ' '.join(f"'{part}'" if ' ' in part else part for part in command))
            lines.append(self.crosspoint(*command)[0])
        return '\n'.join(lines)

    def expect_error(self, arguments, *words, **options):
        """Exit 2, nothing printed, one line on stderr with all these words."""
        with self.subTest(' '.join(map(str, arguments))):
            output, errors = self.crosspoint(*arguments, code=2, **options)
            self.assertEqual(output, '')
            self.assertRegex(errors, r'\A[^\n]+\n\Z')
            for word in words:
                self.assertIn(word, errors)

    def expect_whole_plan(self, folder):
        """Every block has each cell of the plan once, every slot once, but those that were interrupted."""
        run, rows = read_run(folder), read_rows(folder)
        plan = run['plan']
        interrupted = {block['block'] for block in run['blocks'] if block['decision'] == 'interrupted'}
        cells = {cell['cell']: cell for cell in plan['cells']}
        blocks = {}
        for row in rows:
            blocks.setdefault(int(row['block']), []).append(row)
            if row['status'] == 'ok':
                self.assertEqual(int(row['items']), cells[row['cell']]['items'])
        self.assertGreaterEqual(len(blocks), plan['blocks'])
        self.assertEqual(sorted(blocks), list(range(len(blocks))))
        for number, block in blocks.items():
            if number in interrupted:
                self.assertNotIn('ok', {row['status'] for row in block})
                continue
            self.assertEqual(sorted(row['cell'] for row in block), sorted(cells))
            self.assertEqual(sorted(int(row['slot']) for row in block), list(range(len(cells))))
        return rows


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, signal.SIG_DFL)  # a program leaves those alone that we were started to ignore
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1)
    program = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False, verbosity=2)
    result = program.result
    if result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(77)
    sys.exit(not result.wasSuccessful())
