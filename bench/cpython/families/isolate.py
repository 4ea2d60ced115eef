# SPDX-License-Identifier: MIT
"""Tasks that take their worker with them, or leave something behind."""

import os
import signal
import time

import machine
from families.isolate_orphans import Orphans
from run import clock_ns
from work import work_steps
from workload import PROCESSES, Param, Workload

TASKS, HALF_STEPS, EXIT_STATUS, WAIT_S = 100, 500, 3, 0.0002
SIGNALS = {'segv': signal.SIGSEGV, 'abort': signal.SIGABRT, 'exit': None, 'kill': signal.SIGKILL}
QUANTILES = ('p50', 0.5), ('p90', 0.9), ('p99', 0.99), ('max', 1)


class Crash(Workload):
    """The first of them is the first task, while each other worker is at one of its own, and who comes behind one waits
    until another has taken the dead worker's place. So what is completed is no matter of chance: all others, or, where
    the death of one is the end of all, none. A latency is the time from a death until its successor begins a task."""

    family, name = 'isolate', 'crash'
    summary = '100 tasks of which some end their worker; value: those that are completed all the same'
    value_unit, items = 'completed', TASKS
    params = (Param('deaths', 1, 'tasks that end their worker, of 100'),
              Param('how', 'segv', 'a signal, or os._exit()', choices='|'.join(SIGNALS)))
    models = PROCESSES
    mortal = True

    def prepare(self, run):
        self.deaths, self.signal = run.number('deaths'), SIGNALS[run.key('how')]
        _, words = machine.shared_words(3 * run.workers + TASKS)
        self.words = words
        # Of each worker, which alone writes them: tasks begun, dead ones whose place it took, the time of its death
        self.begun, self.filled, self.died_ns = (words[i * run.workers:(i + 1) * run.workers] for i in range(3))
        self.latencies = words[3 * run.workers:]

    def deaths_before(self, index):
        """Spread evenly over the tasks, from the first one on."""
        return min(index, (index - 1) * self.deaths // TASKS + 1) if index else 0

    def is_deadly(self, index):
        return self.deaths_before(index + 1) > self.deaths_before(index)

    def fill_place(self, worker):
        """One at a time: the next one to die waits for it."""
        if self.died_ns[worker]:
            self.latencies[sum(self.filled)] = clock_ns() - self.died_ns[worker]
            self.died_ns[worker] = 0
            self.filled[worker] += 1

    def await_filled(self, index):
        """Where none is left to begin no successor will come by."""
        while sum(self.filled) < self.deaths_before(index) and sum(self.begun) < TASKS:
            time.sleep(WAIT_S)

    def await_begun(self, run):
        """Each worker has a task in hand."""
        while sum(self.begun) < min(run.workers, TASKS):
            time.sleep(WAIT_S)

    def end_worker(self, run, worker):
        machine.leave_no_core()
        run.leave(worker)
        self.died_ns[worker] = clock_ns()
        if self.signal:
            os.kill(os.getpid(), self.signal)
        os._exit(EXIT_STATUS)

    def task(self, run, index, worker):
        self.fill_place(worker)
        self.begun[worker] += 1
        self.await_filled(index)
        work_steps(HALF_STEPS, index)
        if self.is_deadly(index):
            self.await_begun(run)
            self.end_worker(run, worker)
        work_steps(HALF_STEPS, index)
        return index + 1

    def account(self, run, items):
        """All tasks that are not deadly, or none."""
        run.value = items - run.tasks_lost
        latencies = sorted(self.latencies[:sum(self.filled)])
        for name, fraction in QUANTILES if latencies else ():
            run.figures[f'latency_{name}_ns'] = latencies[min(int(fraction * len(latencies)), len(latencies) - 1)]
        if run.tasks_lost == items:
            return 0
        return sum(index + 1 for index in range(items) if not self.is_deadly(index))


WORKLOADS = Crash, Orphans
