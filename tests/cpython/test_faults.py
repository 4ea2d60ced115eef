# SPDX-License-Identifier: MIT
"""What fails is said in one line, and ends with 1; nothing is left, whatever dies."""

import json
import os
import signal
import time
import unittest

import harness

PER_TASK = 'thread-per-task', 'process-per-task'
POOLS = 'thread-pool', 'process-pool', 'process-pool-executor'
MODELS = ('serial',) + PER_TASK + POOLS + ('event-loop',)
PROCESSES = 'process-per-task', 'process-pool', 'process-pool-executor'
DEADLINE_S = 30


def fault(name, model):
    return harness.cell_of({'family': 'fault', 'name': name, 'params': []}, model)


def eventually(condition):
    end = time.monotonic() + DEADLINE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


class Faults(unittest.TestCase):
    def expect(self, cell, words, *arguments, code=1):
        status, said, errors = harness.launch(cell, harness.FAULTS, *arguments)
        self.assertEqual((status, [line for line in said if line.startswith('{')]), (code, []), errors)
        self.assertEqual(errors.count('\n'), 1, errors)
        self.assertIn(words, errors)

    def test_wrong_checksum(self):
        for model in MODELS:
            with self.subTest(model):
                self.expect(fault('checksum', model), 'wrong checksum')

    def test_raise(self):
        for model in MODELS:
            with self.subTest(model):
                self.expect(fault('raise', model), 'ValueError: seven is no number')

    def test_die(self):
        for model in PROCESSES:
            with self.subTest(model):
                self.expect(fault('die', model), '')

    def test_lost_task(self):
        self.expect(dict(fault('void', 'serial'), family='null', workload='empty'), 'tasks were done', 'lose')

    def test_prepare(self):
        self.expect(fault('prepare', 'serial'), 'no room')

    def test_settle(self):
        for model in POOLS:
            with self.subTest(model):
                status, said, errors = harness.launch(fault('settle', model), harness.FAULTS)
                self.assertEqual((status, said), (1, []))
                self.assertEqual(set(errors.splitlines()), {'faults_driver.py: no place'})  # of each worker

    def test_skipped(self):
        _, said, errors = harness.launch(fault('unable', 'thread-pool'), harness.FAULTS)
        self.assertEqual((said, errors), (['{"skipped":"there is no moon"}'], ''))

    def test_bad_cells(self):
        for cell, words in [('{', 'JSONDecodeError'), ('{}', 'KeyError'), ('', 'JSONDecodeError'),
                            (fault('none', 'serial'), 'no workload fault/none'),
                            (fault('die', 'fibers'), "no model 'fibers'; known: serial")]:
            with self.subTest(words):
                self.expect(cell, words)

    def test_model_that_does_not_fit(self):
        cell = fault('die', 'interpreter-pool')
        _, said, _ = harness.launch(cell, harness.FAULTS)
        self.assertEqual(said, ['{"skipped":"fault/die does not run under interpreter-pool"}'])

    def test_nobody_asks(self):
        driver = harness.Driver(None)
        code, output, errors = driver.finish()
        self.assertEqual((code, output), (1, ''))
        self.assertEqual(errors, 'crosspoint is gone\n')

    def test_asker_leaves_before_the_clock(self):
        for model in MODELS:
            with self.subTest(model):
                driver = harness.Driver(fault('hang', model), harness.FAULTS)
                self.assertTrue(driver.hear().startswith('ready'))
                children = harness.children_of(driver.process.pid)
                self.assertGreaterEqual(len(children), 1)
                code, output, errors = driver.finish()
                self.assertEqual((code, output, errors), (1, '', 'crosspoint is gone\n'))
                self.assertTrue(eventually(lambda: not any(map(harness.is_alive, children))))

    def test_worker_killed_while_it_waits(self):
        """It has the lock of the pool's queue, which nobody will give back."""
        about = {'family': 'null', 'name': 'empty', 'params': []}
        driver = harness.Driver(harness.cell_of(about, 'process-pool', items=100000))
        self.assertEqual(driver.hear(), 'ready')
        for child in harness.children_of(driver.process.pid):
            os.kill(child, signal.SIGKILL)
        driver.say('on')
        code, _, errors = driver.finish()
        self.assertEqual((code, errors), (1, 'driver.py: a worker of the pool has died\n'))

    def test_executor_that_forgets_a_task(self):
        about = {'family': 'isolate', 'name': 'crash', 'items': 40,
                 'params': [{'key': 'deaths', 'default': '1'}, {'key': 'how', 'default': 'kill'}]}
        cell = harness.cell_of(about, 'process-pool-executor')
        code, said, errors = harness.launch(cell, harness.FAULTS, 'forget-the-last')
        self.assertEqual((code, errors), (0, ''))
        self.assertGreaterEqual(json.loads(said[-1])['tasks_lost'], 2)

    def test_killed(self):
        """With kill -9, while workers work."""
        for model in MODELS:
            with self.subTest(model):
                driver = harness.Driver(fault('hang', model), harness.FAULTS)
                self.assertTrue(driver.hear().startswith('ready'))
                driver.say('on')
                expected = 3 if model in PROCESSES else 1  # workers, and what loads them
                self.assertTrue(eventually(lambda: len(harness.children_of(driver.process.pid)) >= expected))
                children = harness.children_of(driver.process.pid)
                driver.process.kill()
                driver.finish()
                self.assertTrue(eventually(lambda: not any(map(harness.is_alive, children))))

    def test_killed_while_fetching(self):
        about = {'family': 'io', 'name': 'fetch', 'params': [{'key': 'delay-ms', 'default': '1'},
                                                             {'key': 'keep', 'default': 'no'}]}
        driver = harness.Driver(harness.cell_of(about, 'process-pool', items=40, **{'delay-ms': '100'}))
        self.assertTrue(driver.hear().startswith('ready '))
        driver.say('on')
        children = harness.children_of(driver.process.pid)
        self.assertEqual(len(children), 3)
        driver.process.kill()
        driver.finish()
        self.assertTrue(eventually(lambda: not any(map(harness.is_alive, children))))

    def test_result_is_told_before_the_end(self):
        """Workers are there until standard input ends: who reads their times from outside finds them."""
        driver = harness.Driver(harness.cell_of({'family': 'null', 'name': 'empty', 'params': []}, 'process-pool'))
        self.assertEqual(driver.hear(), 'ready')
        driver.say('on')
        self.assertEqual(json.loads(driver.hear())['items'], 40)
        self.assertEqual(len(harness.children_of(driver.process.pid)), 2)
        self.assertEqual(driver.finish(), (0, '', ''))


if __name__ == '__main__':
    unittest.main()
