# SPDX-License-Identifier: MIT
"""Ways for messages from worker to worker: what the standard library has for each. A message is (number, payload)."""

import os
import queue
import struct

import machine
from workload import Skip

CHOICES = 'memory|pipe|queue|simple-queue|manager'
HOLDS_BYTES, SLOTS_MIN = 65536, 4  # as much as a pipe holds; at least so many messages
_NUMBER = struct.Struct('Q')


class Queues:
    """A queue.Queue between threads; what multiprocessing has pickles messages, also between threads."""

    def __init__(self, messages):
        self.send, self.receive = messages.put, messages.get

    def close(self):
        """Ends what was started for it."""


class Pipe:
    """multiprocessing.Pipe."""

    def __init__(self, context):
        self.reader, self.writer = context.Pipe(duplex=False)
        self.send, self.receive = self.writer.send, self.reader.recv

    def close(self):
        self.reader.close()
        self.writer.close()


class SharedMemory:
    """multiprocessing.shared_memory, in which messages follow each other round a ring; two semaphores count them. The
    sender copies the payload in, the receiver makes its bytes from what lies there."""

    def __init__(self, context, slots, payload_bytes):
        try:
            from multiprocessing import shared_memory
        except ImportError as problem:
            raise Skip(f'via:memory between processes: {problem}') from None
        self.slots, self.bytes = slots, payload_bytes
        self.stride = _NUMBER.size + -(-payload_bytes // _NUMBER.size) * _NUMBER.size
        self.block = shared_memory.SharedMemory(create=True, size=2 * _NUMBER.size + slots * self.stride)
        self.block.unlink()  # nothing is left of it, whoever dies
        self.places = self.block.buf[:2 * _NUMBER.size].cast('Q')  # sent, received
        self.messages = self.block.buf[2 * _NUMBER.size:]
        self.room, self.filled = context.Semaphore(slots), context.Semaphore(0)

    def send(self, message):
        number, payload = message
        self.room.acquire()
        at = self.places[0] % self.slots * self.stride
        _NUMBER.pack_into(self.messages, at, number)
        self.messages[at + _NUMBER.size:at + _NUMBER.size + self.bytes] = payload
        self.places[0] += 1
        self.filled.release()

    def receive(self):
        self.filled.acquire()
        at = self.places[1] % self.slots * self.stride
        number, = _NUMBER.unpack_from(self.messages, at)
        payload = bytes(self.messages[at + _NUMBER.size:at + _NUMBER.size + self.bytes])
        self.places[1] += 1
        self.room.release()
        return number, payload

    def close(self):
        self.places.release()
        self.messages.release()
        self.block.close()


class Managed:
    """A queue in a manager's process."""

    def __init__(self, context, slots):
        self.manager = start_manager(context)
        messages = self.manager.Queue(slots)
        self.send, self.receive = messages.put, messages.get

    def close(self):
        self.manager.shutdown()


def start_manager(context):
    """multiprocessing.Manager(), whose socket has a name that no file stays behind for, and which ends with us."""
    from multiprocessing.managers import SyncManager
    manager = SyncManager(f'\0crosspoint-{os.getpid()}-{os.urandom(8).hex()}', ctx=context)
    manager.start(machine.die_with, (os.getpid(),))
    return manager


def open_channel(run, via, payload_bytes):
    """In prepare(): every worker has it then. One sender, one receiver."""
    slots = max(HOLDS_BYTES // payload_bytes, SLOTS_MIN)
    if via == 'pipe':
        return Pipe(run.context)
    if via == 'manager':
        return Managed(run.context, slots)
    if via == 'simple-queue':
        return Queues(run.context.SimpleQueue() if run.processes else queue.SimpleQueue())
    if via == 'queue':
        return Queues(run.context.Queue(slots))
    return SharedMemory(run.context, slots, payload_bytes) if run.processes else Queues(queue.Queue(slots))
