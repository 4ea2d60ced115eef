# SPDX-License-Identifier: MIT
"""A TCP server that sends back what it receives, under load from a process of its own."""

import json
import os
import socket

import load
from lazy import Lazy
from workload import Workload

asyncio = Lazy('asyncio')


class Echo(Workload):
    """A task is a connection, served until the peer closes it; an item is a message."""

    family, name = 'io', 'echo'
    summary = 'a TCP echo server on loopback under closed-loop load: 64-byte messages, conc connections'
    item, value_unit, cell_default = 'message', 'generator_cpu_fraction', 'conc:64/place:split'
    connects = sets_clock = True

    def prepare(self, run):
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=max(run.conc, 128))
        self.accepted = self.server = None
        begin, self.begin = os.pipe()
        self.reports, reports = os.pipe()
        self.ends = [begin, self.begin, self.reports]
        run.generator(load.Generator(run, self.listener.getsockname(), begin, reports).serve)
        os.close(reports)  # so that a generator that dies is noticed

    def begin_load(self, index):
        if index == 0:
            os.write(self.begin, b'1')

    def task(self, run, index, worker):
        self.begin_load(index)
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = 0
        with connection:
            while True:
                data = connection.recv(load.MESSAGE_BYTES)
                if not data:
                    return received
                received += len(data)
                connection.sendall(data)

    async def task_async(self, run, index):
        """By asyncio's streams, which ask for no delay by themselves."""
        if self.server is None:
            self.server, self.accepted = True, asyncio.Queue()
            self.server = await asyncio.start_server(lambda *streams: self.accepted.put_nowait(streams),
                                                     sock=self.listener, backlog=max(run.conc, 128))
            self.begin_load(0)
        reader, writer = await self.accepted.get()
        received = 0
        while True:
            data = await reader.read(load.MESSAGE_BYTES)
            if not data:
                writer.close()
                return received
            received += len(data)
            writer.write(data)

    def account(self, run, items):
        report = b''
        while not report.endswith(b'\n'):
            got = os.read(self.reports, 4096)
            if not got:
                raise RuntimeError('the load generator has ended')
            report += got
        run.value, run.figures = json.loads(report)
        return (items + load.warm_up_messages(run.conc, items)) * load.MESSAGE_BYTES

    def cleanup(self, run):
        run.stop_generator()
        for end in self.ends:
            os.close(end)
        self.listener.close()
