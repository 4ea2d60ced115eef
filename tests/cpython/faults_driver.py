# SPDX-License-Identifier: MIT
"""The driver with workloads that misbehave. With the argument `lose` serial forgets its last task."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / 'bench' / 'cpython'))

import families
import launch
import models
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


if __name__ == '__main__':
    families.FAMILIES += 'fault',
    sys.modules['families.fault'] = sys.modules['__main__']
    if sys.argv[1:] == ['lose']:
        models.Serial.tasks = lose
        del sys.argv[1:]
    launch.main()
