# SPDX-License-Identifier: MIT
"""What workers hold that only wait. crosspoint measures it when all have arrived."""

import os
import resource
import socket
import subprocess
import sys

import late_server
from lazy import Lazy
from workload import SIDE_BY_SIDE, Skip, Workload, sum_of_indices

asyncio = Lazy('asyncio')
MODELS = SIDE_BY_SIDE + ('event-loop',)
SPARE_FILES = 100
BACKLOG = 4096


class Idle(Workload):
    """A task in a loop is a coroutine that waits for the others."""

    family, name = 'memory', 'idle'
    summary = 'tasks that wait, and what their workers hold then'
    item, cell_default, items = 'reading', 'conc:100/place:none', 1
    models = MODELS
    together = memory = True

    def task(self, run, index, worker):
        run.arrive()
        return index + 1

    async def task_async(self, run, index):
        await run.arrive_async()
        return index + 1

    def account(self, run, items):
        return sum_of_indices(run.conc)


class Connections(Workload):
    """Each task has one, and waits for the first byte of an answer, which the server keeps back until all have asked:
    the last asks when the memory has been read. What the kernel holds for a socket is no part of it."""

    family, name = 'memory', 'connections'
    summary = 'TCP connections that wait for their first byte, and what their workers hold then'
    item, cell_default, items = 'reading', 'conc:100/place:none', 1
    models = MODELS
    together = memory = True

    def prepare(self, run):
        self.server = None
        if run.conc + SPARE_FILES > resource.getrlimit(resource.RLIMIT_NOFILE)[0]:
            raise Skip(f'conc:{run.conc} takes more open files than are allowed; see ulimit -Hn')
        with socket.socket() as listener:
            listener.bind(('127.0.0.1', 0))
            listener.listen(BACKLOG)
            self.address = listener.getsockname()
            units = ','.join(map(str, run.cell['generator_units']))
            self.server = subprocess.Popen(
                [sys.executable, late_server.__file__, str(listener.fileno()), str(run.conc), str(os.getpid()), units],
                pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        run.generator_pid = self.server.pid

    def task(self, run, index, worker):
        with socket.socket() as client:
            client.connect(self.address)
            run.arrive()
            client.sendall(late_server.QUESTION)
            answer = client.recv(1)
        return self.checksum(index, answer)

    async def task_async(self, run, index):
        reader, writer = await asyncio.open_connection(*self.address)
        await run.arrive_async()
        writer.write(late_server.QUESTION)
        answer = await reader.read(1)
        writer.close()
        return self.checksum(index, answer)

    def checksum(self, index, answer):
        if answer != late_server.ANSWER:
            raise RuntimeError('the server has not answered')
        return index + 1

    def account(self, run, items):
        return sum_of_indices(run.conc)

    def cleanup(self, run):
        if self.server:
            self.server.kill()
            self.server.wait()


WORKLOADS = Idle, Connections
