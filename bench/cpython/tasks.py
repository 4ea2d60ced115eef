# SPDX-License-Identifier: MIT
"""What is handed to the workers of pools: functions that can be pickled, about the run that the worker belongs to."""

import gc
import json
import os
import signal
import struct

import machine
import run
from run import here

current = None  # the run; set before workers are forked, and in each interpreter
_NUMBER = struct.Struct('I')


def number_workers(count):
    """A pipe from which each worker takes its number, be it a thread, a process or an interpreter."""
    take, give = os.pipe()
    os.set_blocking(take, False)
    os.set_blocking(give, True)
    for number in range(count):
        os.write(give, _NUMBER.pack(number))
    os.close(give)
    return take


def take_number(numbers):
    """None: all are taken, this one follows a worker that died."""
    number = os.read(numbers, _NUMBER.size)
    return _NUMBER.unpack(number)[0] if number else None


def enter_thread(numbers):
    current.worker_ready(take_number(numbers))


def enter_process(numbers, parent):
    worker = take_number(numbers)
    if worker is None:
        machine.watch(parent)
        if not current.workload.mortal:
            signal.pause()  # the driver ends: nobody was to die
        worker = current.vacant_place()
    else:
        machine.die_with(parent)
    gc.collect()
    getattr(gc, 'freeze', int)()
    current.worker_ready(worker)


def enter_interpreter(cell, words_file, numbers):
    """In each interpreter of its own, where nothing is as in the first one but for open files."""
    global current
    import families
    cell = json.loads(cell)
    workload = families.find(cell['family'], cell['workload'])
    current = run.Run(cell, workload, False, words_file)
    workload.prepare(current)
    current.worker_ready(take_number(numbers))


def do_nothing(index):
    return index


def do_task(index):
    return current.workload.task(current, index, here.worker)


def do_call(job):
    """What the caller would get back comes back, too."""
    index, payload = job
    return index + 1, current.workload.call(*payload)


def do_role(index):
    checksum = current.workload.task(current, index, here.worker)
    current.role_ends(index)
    return checksum
