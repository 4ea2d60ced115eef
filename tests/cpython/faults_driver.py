# SPDX-License-Identifier: MIT
"""The driver with workloads and libraries that misbehave. With an argument it is one of the real ones: see FAULTS."""

import os
import pathlib
import sys
import time
from concurrent.futures import process

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / 'bench' / 'cpython'))

import families
import launch
import models
from families import comm, comm_queue, comm_shared, sync, sync_signal
from workload import Skip, Workload, sum_of_indices


class Fault(Workload):
    family = 'fault'
    summary = 'for tests'

    def task(self, run, index, worker):
        return index + 1

    def account(self, run, items):
        return sum_of_indices(items)


class Checksum(Fault):
    name = 'checksum'

    def account(self, run, items):
        return sum_of_indices(items) + 1


class Raise(Fault):
    name = 'raise'

    def task(self, run, index, worker):
        if index == 7:
            raise ValueError('seven is\nno number')
        return index + 1


class Prepare(Fault):
    name = 'prepare'

    def prepare(self, run):
        raise OSError('no room')


class Settle(Fault):
    name = 'settle'

    def settle(self, run, worker):
        raise OSError('no place')


class Unable(Fault):
    name = 'unable'

    def prepare(self, run):
        raise Skip('there is no moon')


class Die(Fault):
    name = 'die'

    def task(self, run, index, worker):
        if index == 7:
            os._exit(5)
        return index + 1


class Hang(Fault):
    """In the timed round, and beside a process that loads the work."""

    name = 'hang'
    sets_clock = True

    def prepare(self, run):
        run.generator(time.sleep, 1000)

    def task(self, run, index, worker):
        time.sleep(1000)


WORKLOADS = Checksum, Raise, Prepare, Settle, Unable, Die, Hang


def lose(self, count):
    checksum = sum(self.run.workload.task(self.run, index, 0) for index in range(count - 1))
    return count - 1, checksum


def alter_message(self, items):
    """One bit of one message."""
    for number in range(1, items + 1):
        payload = self.payloads[number % comm.PAYLOADS]
        self.channel.send((number, payload if number != 3 else bytes([payload[0] ^ 1]) + payload[1:]))


def update_nothing(self, entry, worker):
    before = self.entries[entry]
    self.entries[entry] = before + (entry != 5)
    return before


def put_but_one(self, run, worker, message):
    if message != 2:
        self.queue.put(message)


def add_unlocked(self, counter, lock):
    """As if another's addition had come in between."""
    counter.value += self.adds - 1


def sell_unlocked(self, file):
    """The same ticket again."""
    sold, = sync.SOLD.unpack(os.pread(file, sync.SOLD.size, 0))
    os.pwrite(file, sync.SOLD.pack(1), 0)
    return sold + 1


def await_next(self, number):
    with self.announced:
        while self.words[sync_signal.ANNOUNCED] < number:
            self.announced.wait()
        return self.words[sync_signal.ANNOUNCED] + 1


def forget_the_last(self, cause, terminate_broken=process._ExecutorManagerThread.terminate_broken):
    """As where a task is handed in just then."""
    self.pending_work_items.popitem()
    terminate_broken(self, cause)


FAULTS = {  # what is replaced, and by what
    'lose': (models.Serial, 'tasks', lose),
    'alter-message': (comm.Transfer, 'send_all', alter_message),
    'no-update': (comm_shared.Memory, 'update', update_nothing),
    'drop-message': (comm_queue.Queue, 'put', put_but_one),
    'lose-addition': (sync.Counter, 'add_locked', add_unlocked),
    'sell-twice': (sync.File, 'sell_one', sell_unlocked),
    'forget-the-last': (process._ExecutorManagerThread, 'terminate_broken', forget_the_last),
    'one-too-many': (sync_signal.Conditions, 'await_announced', await_next),
}


if __name__ == '__main__':
    families.FAMILIES += 'fault',
    sys.modules['families.fault'] = sys.modules['__main__']
    if sys.argv[1:]:
        owner, name, instead = FAULTS[sys.argv.pop()]
        setattr(owner, name, instead)
    launch.main()
