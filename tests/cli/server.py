# SPDX-License-Identifier: MIT
"""`crosspoint serve` under test, and its clients."""

import re
import signal
import socket
import struct
import time

import harness
from watching import count_files

MODELS = ('serial', 'thread-per-task', 'process-per-task', 'thread-pool', 'process-pool', 'event-loop',
          'event-loop-threads', 'event-loop-processes', 'event-loop-offload', 'coroutines')
PAGE = b'Hello, world!'
GET = b'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
LAST = b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'


class Server(harness.Case):
    def serve(self, model, *options, workload='io/http', conc=6):
        process = self.start('serve', '--model', model, '--workload', workload, '--listen', '127.0.0.1:0', '--conc',
                             conc, *options)
        line = process.stdout.readline()
        self.assertRegex(line, rf'^native/{workload}/{model}\S* on 127\.0\.0\.1:\d+; SIGTERM ends it$')
        self.port = process.port = int(re.search(r':(\d+);', line).group(1))
        return process

    def stop(self, process):
        """What it has counted, by kind."""
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=harness.LIMIT_S)
        self.assertEqual((process.returncode, errors), (0, ''))
        self.assertRegex(output, r'^connections: \d+; answers: \d+; faults: (none|\d+ [a-z ]+(, \d+ [a-z ]+)*)\n\Z')
        faults = output.split('faults: ')[1].strip()
        counts = {what: int(number) for what, number in re.findall(r'(connections|answers): (\d+)', output)}
        counts.update((what, int(number)) for number, what in
                      (fault.split(' ', 1) for fault in faults.split(', ') if faults != 'none'))
        return counts

    def connect(self, port=None):
        client = socket.create_connection(('127.0.0.1', port or self.port), timeout=harness.LIMIT_S)
        self.addCleanup(client.close)
        return client

    @staticmethod
    def read_all(client):
        parts = []
        while part := client.recv(1 << 20):
            parts.append(part)
        return b''.join(parts)

    def ask(self, request):
        """What comes back until the server ends the connection."""
        client = self.connect()
        client.sendall(request)
        answer = self.read_all(client)
        client.close()
        return answer

    def reset(self, client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        client.close()

    def expect_page(self):
        self.assertTrue(self.ask(LAST).endswith(b'\r\n\r\n' + PAGE))

    def fill(self, conc=6):
        """As many at once as it serves: each loop has its share, and what libuv opens with a loop's first is open."""
        clients = [self.connect() for _ in range(conc)]
        for client in clients:
            client.sendall(GET)
            self.assertTrue(client.recv(1 << 16))
        for client in clients:
            client.close()

    def wait_until_steady(self, process):
        """Its descriptors when all clients are gone."""
        seen = []
        while len(seen) < 20 or len(set(seen[-20:])) > 1:
            seen.append(count_files(process.pid))
            self.assertLess(len(seen), 1000)
            time.sleep(0.01)
        return seen[-1]
