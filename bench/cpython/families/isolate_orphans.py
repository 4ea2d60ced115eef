# SPDX-License-Identifier: MIT
"""Tasks that leave a process behind."""

import os
import signal
import time

import machine
from workload import Param, Workload, sum_of_indices

TASKS, LOOK_S, FIRST_FILE = 20, 0.1, 3


def stay(driver):
    """As long as the driver is there: even if it is killed, this does not outlive it. A worker that has ended is known
    by a pipe that nobody holds open."""
    os.closerange(FIRST_FILE, max(map(int, os.listdir('/proc/self/fd'))) + 1)
    while is_there(driver):
        time.sleep(LOOK_S)
    os._exit(0)


def is_there(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


class Orphans(Workload):
    """Whose parent dies becomes a child of the driver, which ends and awaits all that is left when the round is over
    and its workers have ended. What is there all the same is counted."""

    family, name = 'isolate', 'orphans'
    summary = '20 tasks that leave a process behind each; value: those that outlive the round'
    value_unit, items = 'left', TASKS
    params = Param('how', 'daemon', 'a daemon, a child that has ended and is not awaited, or a child whose parent dies',
                   choices='daemon|zombie|orphan'),
    models = 'process-per-task', 'process-pool'
    mortal = ends_workers = True

    def prepare(self, run):
        machine.adopt_orphans()
        self.how, self.driver = run.key('how'), os.getpid()
        _, self.left = machine.shared_words(TASKS)

    def leave_daemon(self, index):
        """Forked twice: whoever started it has no child."""
        between = os.fork()
        if between == 0:
            os.setsid()
            daemon = os.fork()
            if daemon == 0:
                stay(self.driver)
            self.left[index] = daemon
            os._exit(0)
        if os.waitpid(between, 0)[1]:
            raise RuntimeError('a daemon could not be started')

    def leave_child(self, index):
        child = os.fork()
        if child == 0 and self.how == 'zombie':
            os._exit(0)
        if child == 0:
            stay(self.driver)
        self.left[index] = child

    def task(self, run, index, worker):
        if self.how == 'daemon':
            self.leave_daemon(index)
        else:
            self.leave_child(index)
        if self.how == 'orphan' and index == 0:  # the others' parents end with the round
            run.leave(worker)
            os.kill(os.getpid(), signal.SIGKILL)
        return index + 1

    def end_all(self):
        for process in self.left:
            try:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            except (ProcessLookupError, ChildProcessError):  # ended, or a worker's own, which has awaited it
                continue

    def account(self, run, items):
        if not all(self.left):
            raise RuntimeError('not each task has left a process behind')
        self.end_all()
        run.value = sum(map(is_there, self.left))
        return sum_of_indices(items) - (self.how == 'orphan')
