# SPDX-License-Identifier: MIT
"""One set of data for many workers."""

import os
import threading

import machine
from channel import start_manager
from multiprocessing.connection import wait
from workload import Param, Workload, sum_of_indices

ENTRIES = 1024


class Memory:
    """A list and a lock; between processes multiprocessing.Array, which has its lock."""

    def __init__(self, run):
        self.entries, self.lock = [0] * ENTRIES, threading.Lock()
        if run.processes:
            array = run.context.Array('Q', ENTRIES)
            self.entries, self.lock = array.get_obj(), array.get_lock()

    def update(self, entry, worker):
        with self.lock:
            before = self.entries[entry]
            self.entries[entry] = before + 1
        return before

    def read(self):
        """All entries; None: they are the owner's."""
        return list(self.entries)

    def close(self):
        """Ends what was started for it."""


class Managed(Memory):
    """A manager's list, and a lock: an update is a request to read and one to write."""

    def __init__(self, run):
        self.manager = start_manager(run.context)
        self.entries = self.manager.list([0] * ENTRIES)
        self.lock = run.context.Lock() if run.processes else threading.Lock()

    def read(self):
        return self.entries[:]

    def close(self):
        self.manager.shutdown()


class Pipes:
    """A process owns the data; each worker has a pipe to it."""

    def __init__(self, run):
        pairs = [run.context.Pipe() for _ in range(run.workers)]
        self.workers, theirs = zip(*pairs)
        self.owner = run.context.Process(target=self.own, args=(os.getpid(), theirs))
        self.owner.start()
        for connection in theirs:
            connection.close()

    @staticmethod
    def own(parent, connections):
        machine.die_with(parent)
        entries = [0] * ENTRIES
        while True:
            for connection in wait(connections):
                entry = connection.recv()
                connection.send(entries[entry])
                entries[entry] += 1

    def update(self, entry, worker):
        self.workers[worker].send(entry)
        return self.workers[worker].recv()

    def read(self):
        return None

    def close(self):
        self.owner.kill()
        self.owner.join()


class Queues(Pipes):
    """A process owns the data; one queue of requests for all, and one of answers for each worker."""

    def __init__(self, run):
        self.requests, self.answers = run.context.Queue(), [run.context.Queue() for _ in range(run.workers)]
        self.owner = run.context.Process(target=self.own, args=(os.getpid(), self.requests, self.answers))
        self.owner.start()

    @staticmethod
    def own(parent, requests, answers):
        machine.die_with(parent)
        entries = [0] * ENTRIES
        while True:
            worker, entry = requests.get()
            answers[worker].put(entries[entry])
            entries[entry] += 1

    def update(self, entry, worker):
        self.requests.put((worker, entry))
        return self.answers[worker].get()


WAYS = {'memory': Memory, 'pipe': Pipes, 'queue': Queues, 'manager': Managed}


class Shared(Workload):
    """An update reads an entry, adds one, and gives back what it was: each number comes back once."""

    family, name = 'comm', 'shared'
    summary = 'workers read and update data: in memory that they share, or through the process that owns it'
    params = (Param('updates', 10, 'updates a task'),
              Param('via', 'memory', 'shared under a lock (multiprocessing.Array between processes), or how requests '
                    'come to the process that owns the data', choices='|'.join(WAYS)))

    def prepare(self, run):
        self.way, self.updates, self.expected = None, run.number('updates'), [0] * ENTRIES
        self.way = WAYS[run.key('via')](run)

    def task(self, run, index, worker):
        update, first, total = self.way.update, index * self.updates, 0
        for number in range(first, first + self.updates):
            total += update(number % ENTRIES, worker)
        return total

    def account(self, run, items):
        rounds, rest = divmod(items * self.updates, ENTRIES)
        entries, total = self.way.read(), 0
        for entry, before in enumerate(self.expected):
            after = self.expected[entry] = before + rounds + (entry < rest)
            total += sum_of_indices(after - 1) - sum_of_indices(before - 1)
            if entries and entries[entry] != after:
                raise RuntimeError(f'entry {entry} is {entries[entry]} after the round, {after} expected')
        return total

    def cleanup(self, run):
        if self.way:
            self.way.close()
