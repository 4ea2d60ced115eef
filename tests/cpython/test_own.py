# SPDX-License-Identifier: MIT
"""The user's own callable: what is refused, and in which words; what is noticed; what travels."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from harness import DRIVER, ENVIRONMENT, LIMIT_S, PYTHON, UNITS

MODULE = '''
import asyncio, functools, os, random, threading, time
print('not for the driver')
state = []

def add(a, b=1):
    return a + b

async def add_async(a, b=1):
    await asyncio.sleep(0)
    return a + b

async def only():
    await asyncio.sleep(0)

def dice():
    return random.random()

def leave():
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)

def touch():
    os.utime(__file__, (1, len(state)))
    state.append(1)

def lock():
    return threading.Lock()

def fail():
    raise KeyError('gone')

nameless = lambda: 1
number = 7
'''


class Own(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / 'mine.py').write_text(MODULE)
        (self.folder / 'broken.py').write_text('import absent_too\n')
        (self.folder / 'ends.py').write_text('import sys\nsys.exit(0)\n')
        (self.folder / 'tasks.py').write_text('def f(): pass\n')

    def drive(self, task, text, *arguments, args=None):
        named = {'task': task, 'path': str(self.folder), **({} if args is None else {'args': args})}
        environment = dict(ENVIRONMENT, CROSSPOINT_PYTHON_TASK=json.dumps(named))
        return subprocess.run([PYTHON, str(DRIVER), *arguments], input=text, env=environment, capture_output=True,
                              text=True, timeout=LIMIT_S)

    def described(self, task, args=None):
        done = self.drive(task, '', '--describe', args=args)
        self.assertEqual(done.stderr, '')
        workload, = (workload for workload in json.loads(done.stdout)['workloads'] if workload['family'] == 'own')
        return workload

    def refused(self, task, told, args=None):
        done = self.drive(task, '', '--describe', args=args)
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, '', 1), done)
        self.assertIn(told, done.stderr)

    def launch(self, task, model, args=None, check='no', items=8):
        """Its result."""
        name = task.partition(':')[2]
        workers = 1 if model in ('serial', 'event-loop') else 2
        cell = {'cell': 'x', 'family': 'own', 'workload': name, 'model': model, 'workers': workers,
                'conc': 1 if model == 'serial' else 2, 'params': {'check': check}, 'items': items, 'units': UNITS, 'worker_units': [],
                'generator_units': [], 'crosspoint': '/bin/false'}
        done = self.drive(task, json.dumps(cell) + '\n\n', args=args)
        if done.returncode:
            return done.stderr
        ready, result = done.stdout.splitlines()
        self.assertEqual(ready, 'ready')
        return json.loads(result)

    def test_described(self):
        blocking = ['serial', 'thread-per-task', 'thread-pool', 'process-per-task', 'process-pool',
                    'process-pool-executor']
        self.assertEqual(self.described('mine:add', [1])['models'], blocking + ['event-loop'])
        self.assertEqual(self.described('mine:add,add_async', {'a': 1})['models'], blocking + ['event-loop'])
        self.assertEqual(self.described('mine:only')['models'], ['event-loop'])
        self.assertEqual(self.described('mine:dice')['models'], blocking)
        self.assertEqual(self.described('os.path:basename', 'a/b')['name'], 'basename')

    def test_refused(self):
        self.refused('mine', 'not of the form MODULE:FUNCTION')
        self.refused('absent:f', "no module 'absent'")
        self.refused('broken:f', "'broken' cannot be imported: No module named 'absent_too'")
        self.refused('ends:f', "'ends' cannot be imported: SystemExit: 0")
        self.refused('tasks:f', "'tasks' has the name of a module of crosspoint's driver")
        self.refused('mine:absent', "has no 'absent'; it has add")
        self.refused('mine:number', 'cannot be called')
        self.refused('mine:add', "does not take a call without --args: missing a required argument: 'a'")
        self.refused('mine:add', "does not take --args: got an unexpected keyword argument 'c'", {'a': 1, 'c': 2})
        self.refused('mine:nameless', 'cannot be pickled')
        self.refused('mine:leave,dice', 'two of a kind')

    def test_launched(self):
        for model in self.described('mine:add', [1])['models']:
            result = self.launch('mine:add', model, [1])
            self.assertEqual((result['items'], int(result['checksum'], 16)), (8, 36), model)

    def test_noticed(self):
        self.assertNotIn('invalid', self.launch('mine:add', 'serial', [1], 'yes'))
        self.assertEqual(self.launch('mine:add', 'serial', [1], 'yes')['value_unit'], 'pickling_ns')
        self.assertIn('not deterministic', self.launch('mine:dice', 'serial', None, 'yes')['invalid'])
        self.assertIn('changes its own file', self.launch('mine:touch', 'serial', None, 'yes')['invalid'])
        self.assertIn('cannot be pickled', self.launch('mine:lock', 'serial', None, 'yes')['invalid'])
        if os.path.exists('/proc/self/task/%d/children' % os.getpid()):
            self.assertIn('leaves processes', self.launch('mine:leave', 'serial', None, 'yes', 1)['invalid'])

    def test_fails(self):
        for model in 'serial', 'thread-pool', 'process-pool', 'process-per-task':
            self.assertIn("KeyError: 'gone'", self.launch('mine:fail', model))

    def test_travels(self):
        """A pool of processes brings the result back, as its users get it: what cannot be pickled fails there only."""
        self.assertIn('pickle', self.launch('mine:lock', 'process-pool-executor'))
        self.assertEqual(self.launch('mine:lock', 'thread-pool')['items'], 8)


if __name__ == '__main__':
    unittest.main()
