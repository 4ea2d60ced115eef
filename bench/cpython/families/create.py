# SPDX-License-Identifier: MIT
"""Creating and awaiting threads and processes."""

import multiprocessing
import shutil
import subprocess

from workload import Param, Skip, Workload, sum_of_indices

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


WORKLOADS = Empty, Exec
