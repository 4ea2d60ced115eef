# SPDX-License-Identifier: MIT
"""What the families comm, sync, memory and isolate promise beyond a right checksum."""

import json
import os
import pathlib
import tempfile
import unittest

import harness
from test_faults import eventually

SHARED_MEMORY = pathlib.Path('/dev/shm')
WORKLOADS = {f"{workload['family']}/{workload['name']}": workload for workload in harness.describe()['workloads']}


def cell(title, **given):
    """FAMILY/WORKLOAD/MODEL, and keys."""
    workload, _, model = title.rpartition('/')
    named = {key.replace('_', '-'): str(value) for key, value in given.items() if key not in ('items', 'in_flight')}
    sizes = {key: given[key] for key in ('items', 'in_flight') if key in given}
    return harness.cell_of(WORKLOADS[workload], model, **sizes, **named)


class Families(unittest.TestCase):
    def result(self, *arguments, **given):
        code, said, errors = harness.launch(cell(*arguments, **given))
        self.assertEqual((code, errors), (0, ''), said)
        return json.loads(said[-1])

    def test_ways(self):
        for model in 'thread-pool', 'process-pool':
            for way in 'memory', 'pipe', 'queue', 'simple-queue', 'manager':
                with self.subTest(f'{model} {way}'):
                    self.result(f'comm/transfer/{model}', via=way, payload=100000, items=30)
            for way in 'memory', 'pipe', 'queue', 'manager':
                with self.subTest(f'{model} {way}'):
                    self.result(f'comm/shared/{model}', via=way, items=130)  # more than one update an entry

    def test_queue(self):
        for model in 'thread-pool', 'process-pool':
            for end in 'sentinel', 'join':
                with self.subTest(f'{model} {end}'):
                    self.result(f'comm/queue/{model}', producers=2, consumers=3, capacity=2, end=end, items=101)
        self.result('comm/queue/thread-pool', producers=3, consumers=2, order='lifo', items=101)
        self.assertIn('LifoQueue', self.result('comm/queue/process-pool', order='lifo')['skipped'])

    def test_queue_time_limits(self):
        """A message takes its consumer longer than the limit."""
        result = self.result('comm/queue/thread-pool', capacity=1, burst=20, timeout_ms=1, work=200000, items=5)
        self.assertGreater(result['value'], 0)

    def test_locks(self):
        for model in 'thread-pool', 'process-pool':
            for lock in 'mutex', 'recursive', 'semaphore', 'condition':
                with self.subTest(f'{model} {lock}'):
                    self.assertEqual(self.result(f'sync/counter/{model}', lock=lock, inside=20, adds=50)['value'], 0)
        self.assertEqual(self.result('sync/counter/serial', lock='none')['value'], 0)
        self.assertEqual(self.result('sync/file/process-pool', in_flight=3)['value'], 0)

    def test_memory(self):
        for model in 'thread-pool', 'process-pool', 'event-loop':
            for workload, ready in ('idle', r'^ready$'), ('connections', r'^ready \d+$'):
                with self.subTest(f'{workload} {model}'):
                    code, said, errors = harness.launch(cell(f'memory/{workload}/{model}', in_flight=5))
                    self.assertEqual((code, errors, said[0], said[2], len(said)), (0, '', 'memory', 'memory', 4))
                    self.assertRegex(said[1], ready)

    def test_many_threads(self):
        self.result('memory/idle/thread-pool', in_flight=1000)

    def test_crash(self):
        for model, completed in ('process-pool', 99), ('process-per-task', 99), ('process-pool-executor', 0):
            with self.subTest(model):
                result = self.result(f'isolate/crash/{model}', how='kill', in_flight=4)
                self.assertEqual((result['value'], result['tasks_lost']), (completed, 100 - completed))
                self.assertEqual('latency_max_ns' in result, completed > 0)
        self.assertEqual(self.result('isolate/crash/process-pool', how='exit', deaths=5)['value'], 95)

    def test_orphans(self):
        for how in 'daemon', 'zombie', 'orphan':
            with self.subTest(how):
                self.assertEqual(self.result('isolate/orphans/process-pool', how=how)['value'], 0)


class Wrong(unittest.TestCase):
    """What a workload must notice."""

    def expect(self, fault, words, *arguments, **given):
        code, said, errors = harness.launch(cell(*arguments, **given), harness.FAULTS, fault)
        self.assertEqual((code, [line for line in said if line.startswith('{')]), (1, []), errors)
        self.assertIn(words, errors)

    def test_wrong(self):
        checksum = 'wrong checksum'
        for fault, words, title, given in [
                ('alter-message', checksum, 'comm/transfer/thread-pool', {}),
                ('alter-message', checksum, 'comm/transfer/process-pool', {'via': 'pipe'}),
                ('no-update', 'entry 5 is', 'comm/shared/thread-pool', {}),
                ('drop-message', checksum, 'comm/queue/thread-pool', {}),
                ('lose-addition', checksum, 'sync/counter/process-pool', {}),
                ('sell-twice', checksum, 'sync/file/serial', {}),
                ('one-too-many', checksum, 'sync/signal/thread-pool', {})]:
            with self.subTest(f'{fault} {title}'):
                self.expect(fault, words, title, **given)


class Nothing(unittest.TestCase):
    """Is left of a driver that is killed while it works."""

    def check(self, title, **given):
        before = set(SHARED_MEMORY.iterdir()) if SHARED_MEMORY.exists() else set()
        with tempfile.TemporaryDirectory() as folder:
            harness.ENVIRONMENT['TMPDIR'] = folder
            try:
                self.kill(cell(title, **given))
            finally:
                del harness.ENVIRONMENT['TMPDIR']
            self.assertEqual(os.listdir(folder), [])
        left = set(SHARED_MEMORY.iterdir()) - before if SHARED_MEMORY.exists() else set()
        self.assertEqual([path for path in left if path.name.startswith(('psm_', 'sem.mp-'))], [])

    def kill(self, title):
        driver = harness.Driver(title)
        while (line := driver.hear()).split(' ')[0] in ('ready', 'memory'):
            if line.startswith('ready'):
                break
            driver.say('on')
        self.assertTrue(line.startswith('ready'), line)
        children = harness.children_of(driver.process.pid)
        if title['workload'] != 'connections':  # which has no work in which it could be met
            driver.say('on')
        driver.process.kill()
        driver.finish()
        self.assertTrue(eventually(lambda: not any(map(harness.is_alive, children))))

    def test_killed(self):
        for way in 'memory', 'pipe', 'queue', 'manager':
            for workload in 'transfer', 'shared':
                with self.subTest(f'{workload} {way}'):
                    self.check(f'comm/{workload}/process-pool', via=way, items=2000)
        for title in 'comm/arguments/process-per-task', 'comm/queue/process-pool', 'sync/signal/process-pool':
            with self.subTest(title):
                self.check(title, items=200)
        for title in 'memory/connections/process-pool', 'isolate/crash/process-pool', 'isolate/orphans/process-pool':
            with self.subTest(title):
                self.check(title)


if __name__ == '__main__':
    unittest.main()
