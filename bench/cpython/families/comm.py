# SPDX-License-Identifier: MIT
"""Handing over data."""

import os
import random

import channel
import machine
from families import comm_queue, comm_shared
from workload import SIDE_BY_SIDE, Param, Workload, sum_of_indices

SENDER = 0
PAYLOADS = 4      # different ones, in turn
BYTES_READ = 8
BYTE_VALUES = 256


class Transfer(Workload):
    """The receiver compares every byte with a copy of its own. Threads hand over references to the payloads."""

    family, name = 'comm', 'transfer'
    summary = 'one worker sends messages, another receives and reads them'
    item = 'message'
    params = (Param('payload', 4096, "bytes of a message's payload", least=8),
              Param('via', 'memory', 'the way of a message; in memory: queue.Queue between threads, '
                    'shared_memory between processes', choices=channel.CHOICES))
    models = SIDE_BY_SIDE
    roles = 2,
    together = True

    def prepare(self, run):
        size, numbers = run.number('payload'), random.Random(1)
        self.payloads = [numbers.getrandbits(8 * size).to_bytes(size, 'little') for _ in range(PAYLOADS)]
        self.copies = [bytes(bytearray(payload)) for payload in self.payloads]  # the same object is never read
        self.channel = None
        self.channel = channel.open_channel(run, run.key('via'), size)

    def send_all(self, items):
        send, payloads = self.channel.send, self.payloads
        for number in range(1, items + 1):
            send((number, payloads[number % PAYLOADS]))

    def receive_all(self, items):
        receive, copies, total = self.channel.receive, self.copies, 0
        for _ in range(items):
            number, payload = receive()
            if payload == copies[number % PAYLOADS]:
                total += number
        return total

    def task(self, run, index, worker):
        run.arrive()
        if index == SENDER:
            self.send_all(run.items)
            return 0
        return self.receive_all(run.items)

    def account(self, run, items):
        return sum_of_indices(items)

    def cleanup(self, run):
        if self.channel:
            self.channel.close()


def send_copies(parent, reader, writer, argument):
    machine.die_with(parent)
    reader.close()
    while True:
        writer.send(argument)


class Arguments(Workload):
    """A thread gets a reference. A process gets a copy, as one that was not forked from who has the argument: pickled,
    through a pipe, as a pool sends its tasks' arguments, and the start methods spawn and forkserver theirs. A forked
    one could look at it where it lies: by:pointer. A task looks at a few bytes only, whatever the length."""

    family, name = 'comm', 'arguments'
    summary = 'a new worker for each task is given an argument: a reference, or a copy'
    params = (Param('by', 'auto', 'how it is handed over; auto: to a thread by reference (pointer), '
                    'to a process as a copy', choices='auto|pointer|copy'),
              Param('payload', 4096, "bytes of a task's argument", least=64))
    models = 'thread-per-task', 'process-per-task'

    def prepare(self, run):
        size, by = run.number('payload'), run.key('by')
        self.argument = (bytes(range(BYTE_VALUES)) * (size // BYTE_VALUES + 1))[:size]
        self.places = [i * (size - 1) // (BYTES_READ - 1) for i in range(BYTES_READ)]
        self.sender = None
        if by == 'copy' or by == 'auto' and run.processes:
            self.reader, writer = run.context.Pipe(duplex=False)
            self.sender = run.context.Process(target=send_copies,
                                              args=(os.getpid(), self.reader, writer, self.argument))
            self.sender.start()
            writer.close()
            self.receiving = run.context.Lock()  # a copy is one worker's

    def task(self, run, index, worker):
        argument = self.argument
        if self.sender:
            with self.receiving:
                argument = self.reader.recv()
        return index + 1 + sum(argument[place] for place in self.places)

    def account(self, run, items):
        return sum_of_indices(items) + items * sum(place % BYTE_VALUES for place in self.places)

    def cleanup(self, run):
        if self.sender:
            self.sender.kill()
            self.sender.join()


WORKLOADS = Transfer, Arguments, comm_queue.Queue, comm_shared.Shared
