# SPDX-License-Identifier: MIT
"""`crosspoint serve` under every model: real clients, and those that misbehave."""

import http.client
import signal
import socket
import time

import harness
from server import GET, LAST, MODELS, PAGE, Server
from watching import count_files, resident_kib


class Serve(Server):
    def test_clients(self):
        for model in MODELS:
            with self.subTest(model):
                process = self.serve(model)
                client = http.client.HTTPConnection('127.0.0.1', self.port, timeout=harness.LIMIT_S)
                for method, body in ('GET', PAGE), ('HEAD', b''), ('GET', PAGE):
                    client.request(method, '/some/page?x=1')
                    answer = client.getresponse()
                    self.assertEqual((answer.status, answer.getheader('Content-Length'), answer.read()),
                                     (200, '13', body))
                    self.assertIsNotNone(client.sock)  # kept
                client.close()
                old = self.ask(b'GET / HTTP/1.0\r\n\r\n')
                self.assertIn(b'Connection: close\r\n', old)
                self.assertTrue(old.endswith(PAGE))
                self.assertEqual(self.ask(3 * GET + LAST).count(PAGE), 4)  # pipelined
                self.stop(process)

    def test_echo(self):
        for model in MODELS:
            with self.subTest(model):
                process = self.serve(model, workload='io/echo')
                client = self.connect()
                client.sendall(b'abc')
                self.assertEqual(client.recv(10), b'abc')
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(client.recv(10), b'')
                client.close()
                self.stop(process)

    def misbehave(self):
        for request, status in ((b'nonsense\r\n\r\n', 400), (b'\x16\x03\x01\x02\x00\x01' * 5000, 400),
                                (b'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n', 400),
                                (b'GET / HTTP/1.1\r\nX: ' + b'x' * 100000 + b'\r\n\r\n', 431),
                                (b'DELETE / HTTP/1.1\r\n\r\n', 405),
                                (b'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc', 405)):
            client = self.connect()
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            self.assertRegex(self.read_all(client), rb'^HTTP/1.1 %d ' % status)
            client.close()
        half = self.connect()
        half.sendall(GET)
        half.shutdown(socket.SHUT_WR)
        self.assertTrue(self.read_all(half).endswith(PAGE))
        half.close()
        for part in b'', b'GET / HT', GET, 50 * GET:
            for end in self.reset, socket.socket.close:
                client = self.connect()
                client.sendall(part)
                end(client)
        silent = self.connect()
        self.expect_page() if self.more_than_one else None
        silent.close()

    def test_faults(self):
        """The server stays up and leaks no descriptor."""
        for model in MODELS:
            with self.subTest(model):
                process = self.serve(model)
                self.more_than_one = model != 'serial'
                self.fill(6 if self.more_than_one else 1)
                self.expect_page()
                self.misbehave()
                before = self.wait_until_steady(process)
                for _ in range(3):
                    self.misbehave()
                self.wait_until(lambda: count_files(process.pid) <= before, f'not {before} descriptors again', 20)
                self.expect_page()
                self.stop(process)

    def test_who_does_not_read(self):
        """A client that asks and asks costs no more memory than one that asked once, and gets all in the end."""
        for model in MODELS:
            with self.subTest(model):
                process = self.serve(model, '--key', 'payload:1000000')
                self.assertEqual(len(self.ask(LAST).split(b'\r\n\r\n', 1)[1]), 1000000)
                before = resident_kib(process.pid)
                client = self.connect()
                client.setblocking(False)
                sent = 0
                try:
                    while sent < 4000 * len(GET):
                        sent += client.send((4000 * GET)[sent:])
                except BlockingIOError:
                    pass
                time.sleep(0.1)
                # A process more, and under a sanitizer: the answers would be 4 GB.
                self.assertLess(resident_kib(process.pid) - before, 16000)
                self.reset(client)
                client = self.connect()
                client.sendall(29 * GET + LAST)
                self.assertGreater(len(self.read_all(client)), 30000000)
                client.close()
                self.stop(process)

    def test_drain(self):
        """An answer on its way is finished; nobody else is let in."""
        for model in MODELS:
            with self.subTest(model):
                process = self.serve(model, '--key', 'payload:20000000')
                client = self.connect()
                client.sendall(LAST)
                self.assertTrue(client.recv(1))
                process.send_signal(signal.SIGTERM)
                time.sleep(0.3)
                self.assertIsNone(process.poll())
                with self.assertRaises(OSError):
                    self.connect()
                self.assertGreater(len(self.read_all(client)), 20000000)
                client.close()
                self.finish(process)

    def test_impatience(self):
        """A second signal ends it at once; idle connections never hold it up."""
        process = self.serve('thread-per-task', '--key', 'payload:20000000')
        client = self.connect()
        client.sendall(GET)
        self.assertTrue(client.recv(1))
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.finish(process)
        process = self.serve('event-loop')
        idle = self.connect()
        self.expect_page()
        self.stop(process)
        self.assertEqual(idle.recv(1), b'')

    def test_bad_input(self):
        here = 'serve', '--model', 'event-loop', '--workload', 'io/http'
        self.expect_error(['serve'], '--model is missing', 'list models')
        self.expect_error(['serve', '--model', 'serial'], '--workload is missing', 'list workloads')
        self.expect_error(['serve', '--model', 'nope'], "no model 'nope'; known: serial, ")
        self.expect_error(['serve', '--model', 'event-loup', '--workload', 'io/http'],
                          "no model 'event-loup'; did you mean event-loop?")
        self.expect_error(['serve', '--model', 'serial', '--workload', 'null/empty'], 'serves nobody', 'io/http')
        self.expect_error([*here, '--key', 'payload'], "--key 'payload' is not KEY:VALUE")
        self.expect_error([*here, '--key', 'frob:1'], "no key 'frob'")
        self.expect_error([*here, '--conc', '0'], "--conc '0'")
        self.expect_error([*here, '127.0.0.1:80'], "no argument '127.0.0.1:80'", '--listen')
        for address in 'localhost:80', '127.0.0.1', '127.0.0.1:', '127.0.0.1:x', '127.0.0.1:65536', ':80', '1.2.3:4':
            self.expect_error([*here, '--listen', address], f"--listen '{address}' is no address and port")
        with socket.create_server(('127.0.0.1', 0)) as taken:
            address = f'127.0.0.1:{taken.getsockname()[1]}'
            self.expect_error([*here, '--listen', address], f'listening on {address}: Address already in use')


if __name__ == '__main__':
    harness.main()
