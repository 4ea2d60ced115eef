# SPDX-License-Identifier: MIT
"""Two tasks that wake each other in turn: an item is a round trip."""

import os
import threading

from lazy import Lazy
from workload import SIDE_BY_SIDE, Param, Workload

asyncio = Lazy('asyncio')

PING, PONG = range(2)
BALL_BYTES = 8


class PingPong(Workload):
    """Ping throws the odd balls, 1 first, pong the even ones: 2 for each item is the last. What wakes the other is a
    Lock that it has taken twice, which is a futex: threading's, or multiprocessing's; asyncio's, which is none, in a
    loop. Or a pipe."""

    family, name = 'switch', 'ping-pong'
    summary = 'two tasks that wake each other in turn; in a loop, two coroutines'
    item = 'round trip'
    params = Param('via', 'futex', "what wakes the other: the library's Lock, or a pipe", choices='futex|pipe'),
    models = SIDE_BY_SIDE + ('event-loop',)
    together, roles = True, (2,)

    def prepare(self, run):
        self.pipes = [os.pipe() for _ in range(2)] if run.key('via') == 'pipe' else []
        lock = run.context.Lock if run.processes else threading.Lock
        self.locks = [lock(), lock()]
        self.async_locks = None
        for each in self.locks:
            each.acquire()

    # Of role R: it catches from its own lock or pipe, and throws to the other's.

    def task(self, run, index, worker):
        play = self.play_pipes if self.pipes else self.play_locks
        run.arrive()
        return play(index, run.items)

    def play_locks(self, role, items):
        mine, other, number = self.locks[role], self.locks[1 - role], 0
        for number in range(items):
            if role == PING:
                other.release()
            mine.acquire()
            if role == PONG:
                other.release()
        return 2 * number + (2 if role == PING else 1)

    def play_pipes(self, role, items):
        mine, other, number = self.pipes[role][0], self.pipes[1 - role][1], 0
        for _ in range(items):
            if role == PING:
                os.write(other, (number + 1).to_bytes(BALL_BYTES, 'little'))
            number = int.from_bytes(os.read(mine, BALL_BYTES), 'little')
            if role == PONG:
                os.write(other, (number + 1).to_bytes(BALL_BYTES, 'little'))
        return number

    async def task_async(self, run, index):
        if self.pipes:
            return await self.play_pipes_async(run, index)
        return await self.play_locks_async(run, index)

    async def play_locks_async(self, run, role):
        if self.async_locks is None:
            self.async_locks = [asyncio.Lock(), asyncio.Lock()]
            for each in self.async_locks:
                await each.acquire()
        mine, other, number = self.async_locks[role], self.async_locks[1 - role], 0
        await run.arrive_async()
        for number in range(run.items):
            if role == PING:
                other.release()
            await mine.acquire()
            if role == PONG:
                other.release()
        return 2 * number + (2 if role == PING else 1)

    async def play_pipes_async(self, run, role):
        loop, mine, other, number = asyncio.get_running_loop(), self.pipes[role][0], self.pipes[1 - role][1], 0
        caught = asyncio.Event()
        loop.add_reader(mine, caught.set)
        await run.arrive_async()
        for _ in range(run.items):
            if role == PING:
                os.write(other, (number + 1).to_bytes(BALL_BYTES, 'little'))
            await caught.wait()
            number = int.from_bytes(os.read(mine, BALL_BYTES), 'little')
            caught.clear()
            if role == PONG:
                os.write(other, (number + 1).to_bytes(BALL_BYTES, 'little'))
        loop.remove_reader(mine)
        return number

    def account(self, run, items):
        return 2 * items + 2 * items - 1

    def cleanup(self, run):
        for pipe in self.pipes:
            for end in pipe:
                os.close(end)


WORKLOADS = PingPong,
