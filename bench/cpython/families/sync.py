# SPDX-License-Identifier: MIT
"""Workers that keep out of each other's way, or wake each other."""

import fcntl
import os
import struct
import tempfile
import threading

from families.sync_signal import Signal
from work import work_steps
from workload import Param, Workload, sum_of_indices

SOLD = struct.Struct('Q')


class Number:
    """A bank account, of threads. Processes have a multiprocessing.RawValue."""

    __slots__ = 'value',

    def __init__(self):
        self.value = 0


class Counter(Workload):
    """Reads the counter, works `inside` steps, and writes it. Nothing here invites another worker in between but the
    steps do: CPython from 3.10 on changes threads where a loop begins anew or something is called."""

    family, name = 'sync', 'counter'
    summary = 'workers add to a counter, with a lock or without; value: additions lost'
    value_unit = 'lost'
    params = (Param('adds', 1000, 'additions a task'),
              Param('counters', 'shared', 'one for all, or one for each worker', choices='shared|private'),
              Param('inside', 0, 'steps of work in the critical section', least=0),
              Param('lock', 'mutex', 'what keeps the others out: Lock, RLock, Semaphore, Condition',
                    choices='none|mutex|recursive|semaphore|condition'),
              Param('outside', 0, 'steps of work between two additions', least=0),
              Param('sharing', 'auto', "process: multiprocessing's locks and values, between threads too",
                    choices='auto|process'))

    def prepare(self, run):
        self.adds, self.inside, self.outside = run.number('adds'), run.number('inside'), run.number('outside')
        self.private, self.locked = run.key('counters') == 'private', run.key('lock') != 'none'
        self.counted = 0
        shared = run.processes or run.key('sharing') == 'process'
        source = run.context if shared else threading
        lock = {'none': int, 'mutex': source.Lock, 'recursive': source.RLock, 'semaphore': source.Semaphore,
                'condition': source.Condition}[run.key('lock')]
        count = run.workers if self.private else 1
        self.counters = [run.context.RawValue('Q') if shared else Number() for _ in range(count)]
        self.locks = [lock() for _ in range(count)]

    def add_unlocked(self, counter):
        inside, outside = self.inside, self.outside
        for number in range(self.adds):
            value = counter.value
            if inside:
                work_steps(inside, value)
            counter.value = value + 1
            if outside:
                work_steps(outside, number)

    def add_locked(self, counter, lock):
        inside, outside = self.inside, self.outside
        for number in range(self.adds):
            with lock:
                value = counter.value
                if inside:
                    work_steps(inside, value)
                counter.value = value + 1
            if outside:
                work_steps(outside, number)

    def task(self, run, index, worker):
        which = worker if self.private else 0
        if self.locked:
            self.add_locked(self.counters[which], self.locks[which])
        else:
            self.add_unlocked(self.counters[which])
        return index + 1

    def account(self, run, items):
        """A lock that loses one is no lock: the launch fails."""
        counted = sum(counter.value for counter in self.counters)
        lost = items * self.adds - (counted - self.counted)
        self.counted, run.value = counted, lost
        return sum_of_indices(items) + (lost if self.locked else 0)


class File(Workload):
    """The last tickets. A lock of flock() is the open file's, which forks and threads share: a task opens it anew."""

    family, name = 'sync', 'file'
    summary = 'workers sell tickets that a file counts, locked or not; value: sales lost, of tickets sold twice'
    value_unit = 'lost'
    params = (Param('lock', 'flock', 'what keeps the others out', choices='flock|none'),
              Param('tickets', 100, 'tickets that a task sells'))

    def prepare(self, run):
        self.each, self.locked, self.sold = run.number('tickets'), run.key('lock') == 'flock', 0
        self.file = tempfile.TemporaryFile()
        os.pwrite(self.file.fileno(), SOLD.pack(0), 0)

    def sell_one(self, file):
        if self.locked:
            fcntl.flock(file, fcntl.LOCK_EX)
        sold, = SOLD.unpack(os.pread(file, SOLD.size, 0))
        os.pwrite(file, SOLD.pack(sold + 1), 0)
        if self.locked:
            fcntl.flock(file, fcntl.LOCK_UN)
        return sold + 1

    def task(self, run, index, worker):
        """The numbers that were sold; without a lock nobody can know them: how many."""
        file = os.open(f'/proc/self/fd/{self.file.fileno()}', os.O_RDWR)
        try:
            numbers = sum(self.sell_one(file) for _ in range(self.each))
        finally:
            os.close(file)
        return numbers if self.locked else self.each

    def account(self, run, items):
        """With a lock each ticket has a number of its own, and none is missing."""
        asked, before = items * self.each, self.sold
        self.sold, = SOLD.unpack(os.pread(self.file.fileno(), SOLD.size, 0))
        run.value = asked - (self.sold - before)
        return asked * before + sum_of_indices(asked) if self.locked else asked

    def cleanup(self, run):
        self.file.close()


WORKLOADS = Counter, Signal, File
