# SPDX-License-Identifier: MIT
"""What loads an echo server, in a closed loop: on each connection the next message when the last has come back."""

import json
import math
import os
import select
import socket
import time

from run import clock_ns

MESSAGE_BYTES = 64
WARM_UP_SHARE = 10     # of ten messages the first, before the clock
EVENTS_BEYOND_MIN = 100  # that a quantile needs
QUANTILES = {'p50': 0.5, 'p90': 0.9, 'p99': 0.99, 'p999': 0.999}


def warm_up_messages(connections, items):
    return max(items // WARM_UP_SHARE, connections)


class Generator:
    """Its own process. It begins when a byte can be read, and reports one line of JSON."""

    def __init__(self, run, address, begin, reports):
        self.run, self.address, self.begin, self.reports = run, address, begin, reports
        self.connections, self.poll = {}, None

    def serve(self):
        os.read(self.begin, 1)
        items, latencies = self.run.items, []
        self.connect()
        self.exchange(warm_up_messages(self.run.conc, items), [])
        cpu_s = time.process_time()
        self.run.clock_start()
        self.exchange(items, latencies)
        self.run.clock_stop()
        share = (time.process_time() - cpu_s) * 1e9 / max(self.run.wall_ns(), 1)
        for connection in self.connections.values():
            connection.close()
        os.write(self.reports, json.dumps([share, latency_figures(latencies)]).encode() + b'\n')

    def connect(self):
        self.poll = select.epoll()
        for _ in range(self.run.conc):
            connection = socket.create_connection(self.address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections[connection.fileno()] = connection
            self.poll.register(connection, select.EPOLLIN)

    def exchange(self, count, latencies):
        """So many messages there and back, as many at once as there are connections."""
        message, sent_ns, received = os.urandom(MESSAGE_BYTES), {}, {}
        sent = done = 0

        def send(file):
            sent_ns[file], received[file] = clock_ns(), b''
            self.connections[file].sendall(message)

        for file in list(self.connections)[:count]:
            send(file)
            sent += 1
        while done < count:
            for file, _ in self.poll.poll():
                got = self.connections[file].recv(MESSAGE_BYTES)
                received[file] += got
                if not got or not message.startswith(received[file]):
                    raise RuntimeError('the echo is not what was sent')
                if len(received[file]) < MESSAGE_BYTES:
                    continue
                latencies.append(clock_ns() - sent_ns[file])
                done += 1
                if sent < count:
                    send(file)
                    sent += 1


def latency_figures(latencies):
    latencies.sort()
    count = len(latencies)
    figures = {f'latency_{name}_ns': latencies[math.ceil(quantile * count) - 1]
               for name, quantile in QUANTILES.items() if count * (1 - quantile) >= EVENTS_BEYOND_MIN}
    return {**figures, 'latency_max_ns': latencies[-1]}
