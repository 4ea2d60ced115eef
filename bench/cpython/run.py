# SPDX-License-Identifier: MIT
"""One cell being run: what workloads and models ask of it."""

import multiprocessing
import os
import threading
import time

import machine
import protocol
from lazy import Lazy
from workload import WORD

asyncio = Lazy('asyncio')

START, STOP, FAILED, OPEN, DEATHS, ITEMS, SLOTS = range(7)  # the run's words; then so many for each slot:
CHECKSUM, AMOUNT, UNIT, READY, END, SLOT_WORDS = range(6)
READY_WAIT_S = 120

clock_ns = time.perf_counter_ns  # CLOCK_MONOTONIC: one clock for all processes
here = threading.local()         # .worker: the number of the worker that asks


class Run:
    """Made from the cell that crosspoint sent. `words_file`: of the interpreter that made it first."""

    def __init__(self, cell, workload, processes, words_file=None):
        self.cell, self.workload = cell, workload
        self.processes = processes  # workers are processes; else one process has them all
        self.workers, self.conc = cell['workers'], cell['conc']
        self.data = None            # the workload's
        self.value = None           # the workload's figure that is no time
        self.figures = {}           # more of the result: latencies
        self.invalid = None         # why the figures must not be used
        self.tasks_lost = 0
        self.context = multiprocessing.get_context('fork')
        self.slots = max(self.workers, self.conc)
        self.words_file, self.words = machine.shared_words(SLOTS + SLOT_WORDS * self.slots, words_file)
        self.generator_pid = None   # the process that loads the work from outside
        self.gate = None            # a lock, taken, behind which workers wait until all are ready
        self._generator, self._generator_mark_s = None, 0
        together = workload.together and (self.context if processes else threading)
        self._barrier = together and together.Barrier(self.conc, self._all_arrived)
        self._arrived, self._all_here = 0, None

    @property
    def items(self):
        """Of this round."""
        return self.words[ITEMS]

    def key(self, key):
        """What the cell's name says, or the default."""
        for param in self.workload.params:
            if param.key == key:
                return str(self.cell['params'].get(key, param.default))
        raise KeyError(f'{self.workload.family}/{self.workload.name} has no key {key!r}')

    def number(self, key):
        return int(self.key(key))

    # Clock

    def clock_start(self):
        if self._generator:
            self._generator_mark_s = _cpu_s(self._generator.pid)
        self.words[START] = clock_ns()

    def clock_stop(self):
        self.words[STOP] = clock_ns()

    def wall_ns(self):
        return self.words[STOP] - self.words[START]

    # Rounds

    def begin_round(self, items):
        """Before each, warm-up included."""
        self.words[ITEMS] = items
        self.value, self.invalid, self.tasks_lost = None, None, 0
        self.words[START] = self.words[STOP] = self.words[DEATHS] = 0
        for slot in range(self.slots):
            self.set_word(slot, AMOUNT, 0)
            self.set_word(slot, CHECKSUM, 0)
        self._arrived, self._all_here = 0, None

    def add(self, amount, worker):
        """To the sum over all tasks of the round, which account() finds in sum()."""
        at = SLOTS + SLOT_WORDS * worker + AMOUNT
        self.words[at] = self.words[at] + amount & WORD

    def sum(self):
        return sum(self.words[SLOTS + AMOUNT::SLOT_WORDS]) & WORD

    def word(self, slot, which):
        return self.words[SLOTS + SLOT_WORDS * slot + which]

    def set_word(self, slot, which, value):
        self.words[SLOTS + SLOT_WORDS * slot + which] = value

    # Together

    def _all_arrived(self):
        if self.workload.memory:
            protocol.say_memory()
        self.clock_start()

    def arrive(self):
        """Returns when all roles are there; the clock then runs."""
        self._barrier.wait()

    async def arrive_async(self):
        if self._all_here is None:
            self._all_here = asyncio.get_running_loop().create_future()
        self._arrived += 1
        if self._arrived == self.conc:
            self._all_arrived()
            self._all_here.set_result(None)
        else:
            await asyncio.shield(self._all_here)

    def role_ends(self, role):
        self.set_word(role, END, clock_ns())

    def last_role_end(self):
        self.words[STOP] = max(self.word(role, END) for role in range(self.conc))

    # Workers

    def bind(self, worker):
        """The calling thread to where that worker belongs."""
        here.worker = worker
        units = self.cell['worker_units']
        if units:
            unit = units[worker % len(units)]
            if machine.affinity() != {unit}:
                machine.pin({unit})
            self.set_word(worker, UNIT, unit + 1)

    def worker_ready(self, worker):
        """For workers that last: bound, settled. Returns when all are: await_ready() has opened the gate."""
        try:
            self.bind(worker)
            self.workload.settle(self, worker)
            self.set_word(worker, READY, 1)
        except Exception as problem:  # a pool would try it for ever
            protocol.complain(problem)
            self.words[FAILED] = 1
        if self.gate:
            with self.gate:
                pass
        while not self.words[OPEN]:  # between interpreters, which share no lock
            time.sleep(0.001)

    def await_ready(self):
        """For who made them: returns when all workers are ready."""
        try:
            self._await_all()
        finally:
            self.words[OPEN] = 1
            if self.gate:
                self.gate.release()

    def _await_all(self):
        limit_ns = clock_ns() + READY_WAIT_S * 10**9
        while sum(self.words[SLOTS + READY::SLOT_WORDS][:self.workers]) < self.workers:
            if self.words[FAILED]:
                raise protocol.Told
            if clock_ns() > limit_ns:
                raise RuntimeError(f'not all of {self.workers} workers became ready within {READY_WAIT_S} s')
            time.sleep(0.001)

    def cpus_observed(self):
        """Where workers found themselves bound; with none of them bound, where the driver may run."""
        units = {unit - 1 for unit in self.words[SLOTS + UNIT::SLOT_WORDS] if unit}
        return sorted(units or machine.affinity())

    def leave(self, worker):
        """mortal: that worker is about to die. Who follows it in a pool takes its place; one at a time."""
        self.set_word(worker, READY, 0)
        self.words[DEATHS] += 1

    def deaths(self):
        """In this round."""
        return self.words[DEATHS]

    def vacant_place(self):
        """Of a worker that has left."""
        return list(self.words[SLOTS + READY::SLOT_WORDS]).index(0)

    # What loads the work

    def generator(self, target, *arguments):
        """Starts a process that loads the work from outside, where such a process belongs; stop_generator() ends it."""
        self._generator = self.context.Process(target=_generate, daemon=True,
                                               args=(os.getpid(), self.cell['generator_units'], target, arguments))
        self._generator.start()
        self.generator_pid = self._generator.pid
        return self._generator

    def generator_cpu_fraction(self):
        """Its share of a processor while the clock ran, for account()."""
        return (_cpu_s(self._generator.pid) - self._generator_mark_s) * 1e9 / max(self.wall_ns(), 1)

    def stop_generator(self):
        if self._generator:
            self._generator.kill()
            self._generator.join()


def _cpu_s(process):
    return time.clock_gettime(~process << 3 | 2)  # as clock_getcpuclockid() does


def _generate(parent, units, target, arguments):
    machine.die_with(parent)
    if units:
        machine.pin(units)
    target(*arguments)
