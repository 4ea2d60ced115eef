# SPDX-License-Identifier: MIT
"""Creating and awaiting threads and processes."""

import multiprocessing
import shutil
import subprocess

from lazy import Lazy
from workload import Param, Skip, Workload, sum_of_indices

library = Lazy('concurrent.futures')

RESIDENT_PARAM = Param('resident-mib', 1, 'touched memory of the parent in MiB')


def take_memory(run):
    """Forking copies page tables: the parent's resident memory is part of the question."""
    return bytearray(b'\1') * (run.number('resident-mib') << 20)


class Empty(Workload):
    """Under a per-task model an item is a worker created and awaited."""

    family, name = 'create', 'empty'
    options = []  # a fresh interpreter is what its users start, and a fork a copy of it
    summary = 'creating and awaiting a thread or a process; value: mappings of the parent'
    item, value_unit = 'worker', 'mappings'
    params = RESIDENT_PARAM,

    def prepare(self, run):
        run.data = take_memory(run)
        with open('/proc/self/maps') as maps:
            self.mappings = sum(1 for _ in maps)

    def task(self, run, index, worker):
        return index + 1

    def account(self, run, items):
        run.value = self.mappings
        return sum_of_indices(items)


def one(number):
    """An empty task of a pool, whose results are counted."""
    return 1


def nothing():
    """What a new process has to do."""


class Exec(Workload):
    """A process of multiprocessing by each of its start methods, or a program by subprocess.Popen. A new interpreter
    (spawn, and the server of forkserver) begins by importing the driver's main module, which imports nothing."""

    family, name = 'create', 'exec'
    options = []
    summary = 'creating and awaiting a process: forked, by a fork server, a fresh interpreter (spawn), or a program'
    item = 'process'
    params = RESIDENT_PARAM, Param('start', 'fork', 'how a process is created',
                                   choices='fork|forkserver|spawn|subprocess')
    # One thread only: multiprocessing looks after all its children in each start(), and two threads that do so take each
    # other's exit codes; what a pool's thread forks fails as it ends; a pool's processes may have no children.
    models = 'serial', 'event-loop'

    def prepare(self, run):
        start = run.key('start')
        self.program = shutil.which('true')
        if start == 'subprocess' and not self.program:
            raise Skip('there is no program `true` to start')
        self.context = None if start == 'subprocess' else multiprocessing.get_context(start)
        self.create(run)  # starts the server, the resource tracker
        run.data = take_memory(run)

    def create(self, run):
        if self.context is None:
            code = subprocess.Popen([self.program], stdin=subprocess.DEVNULL).wait()
        else:
            process = self.context.Process(target=nothing)
            process.start()
            process.join()
            code = process.exitcode
            process.close()
        if code:
            raise RuntimeError(f"start:{run.key('start')}: the process ended with {code}")

    def task(self, run, index, worker):
        self.create(run)
        return index + 1

    def account(self, run, items):
        return sum_of_indices(items)


class Pool(Workload):
    """As programs use one: tasks are handed in, each with a callback that says it is done, and the end is awaited."""

    family, name = 'create', 'pool'
    summary = 'a pool made for one batch of tasks, each with a callback, and ended'
    item = 'batch'
    params = (Param('burst', 64, 'empty tasks of a batch'),
              Param('by', 'submit', 'how they are handed in: one by one, with a callback each, or as a map over them',
                    choices='submit|map'),
              Param('of', 'threads', 'a ThreadPoolExecutor, or a forked multiprocessing.Pool',
                    choices='threads|processes'),
              Param('threads', 2, 'workers of the pool'))
    models = 'serial',

    def prepare(self, run):
        self.burst, self.workers, self.maps = run.number('burst'), run.number('threads'), run.key('by') == 'map'
        threads = run.key('of') == 'threads'
        self.batch = self.batch_of_threads if threads else self.batch_of_processes
        self.make = library.ThreadPoolExecutor if threads else multiprocessing.get_context('fork').Pool

    def batch_of_threads(self):
        done = []
        with self.make(self.workers) as pool:
            if self.maps:
                return sum(pool.map(one, range(self.burst)))
            for number in range(self.burst):
                pool.submit(one, number).add_done_callback(lambda future: done.append(future.result()))
        return sum(done)

    def batch_of_processes(self):
        done = []
        with self.make(self.workers) as pool:
            if self.maps:
                done = pool.map(one, range(self.burst))
            else:
                for number in range(self.burst):
                    pool.apply_async(one, (number,), callback=done.append)
            pool.close()
            pool.join()
        return sum(done)

    def task(self, run, index, worker):
        return self.batch()

    def account(self, run, items):
        return items * self.burst


WORKLOADS = Empty, Exec, Pool
