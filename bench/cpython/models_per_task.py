# SPDX-License-Identifier: MIT
"""A new worker for each task, at most `workers` at a time: where one ends the next begins."""

import os
import queue
import selectors
import threading

import machine
import protocol
from model import Model
from run import CHECKSUM
from workload import WORD, Skip


class PerTask(Model):
    """create() starts the worker of a slot, await_one() awaits one: its slot, and whether it did its task."""

    lasting = False

    def tasks(self, count):
        left, checksum, done = iter(range(count)), 0, 0
        for slot in range(min(self.run.workers, count)):
            self.create(slot, next(left))
        for _ in range(count):
            slot, is_done = self.await_one()
            if is_done:
                done += 1
                checksum += self.run.word(slot, CHECKSUM)
            index = next(left, None)
            if index is not None:
                self.create(slot, index)
        return done, checksum

    def do_task(self, slot, index):
        """In the worker."""
        run = self.run
        run.bind(slot)
        checksum = run.workload.task(run, index, slot)
        if run.workload.together:
            run.role_ends(index)
        run.set_word(slot, CHECKSUM, checksum & WORD)


class ThreadPerTask(PerTask):
    """threading.Thread; the one to wait for is told by a queue, or is the only one."""

    name = 'thread-per-task'

    def start(self):
        self.threads, self.problem = [None] * self.run.workers, None
        self.ended = queue.SimpleQueue() if self.run.workers > 1 else None

    def body(self, slot, index):
        try:
            self.do_task(slot, index)
        except Exception as problem:
            self.problem = problem
        if self.ended:
            self.ended.put(slot)

    def create(self, slot, index):
        thread = self.threads[slot] = threading.Thread(target=self.body, args=(slot, index), daemon=True)
        try:
            thread.start()
        except RuntimeError as problem:
            raise Skip(f'{problem}: {slot} of {self.run.workers} threads; see ulimit -u, kernel.threads-max and '
                       'vm.max_map_count') from None

    def await_one(self):
        slot = self.ended.get() if self.ended else 0
        self.threads[slot].join()
        if self.problem:
            raise self.problem
        return slot, True


class ProcessPerTask(PerTask):
    """multiprocessing.Process, forked; the one to wait for is told by its sentinel, or is the only one."""

    name, processes = 'process-per-task', True

    def start(self):
        self.processes_of, self.parent, self.ended = {}, os.getpid(), []
        self.selector = selectors.DefaultSelector()

    def body(self, slot, index):
        machine.die_with(self.parent)
        try:
            self.do_task(slot, index)
        except Exception as problem:
            protocol.complain(problem)
            os._exit(protocol.TOLD)

    def create(self, slot, index):
        process = self.processes_of[slot] = self.run.context.Process(target=self.body, args=(slot, index))
        try:
            process.start()
        except OSError as problem:
            del self.processes_of[slot]
            raise Skip(f'{problem}: {slot} of {self.run.workers} processes; see ulimit -u and ulimit -n') from None
        if self.run.workers > 1:
            self.selector.register(process.sentinel, selectors.EVENT_READ, slot)

    def await_one(self):
        if self.run.workers > 1 and not self.ended:
            self.ended = [key.data for key, _ in self.selector.select()]
        slot = self.ended.pop() if self.ended else 0
        process = self.processes_of.pop(slot)
        if self.run.workers > 1:
            self.selector.unregister(process.sentinel)
        process.join()
        code = process.exitcode
        process.close()
        if code and not self.run.workload.mortal:
            raise protocol.Told if code == protocol.TOLD else RuntimeError(f'a worker ended with {code}')
        return slot, code == 0

    def stop(self):
        for process in self.processes_of.values():
            process.kill()
            process.join()
        self.selector.close()
