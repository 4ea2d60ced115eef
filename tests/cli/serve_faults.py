# SPDX-License-Identifier: MIT
"""Clients at their worst, under every model: the server stays up, counts them, and gives back what they held."""

import pathlib
import resource
import socket
import time

import harness
from server import GET, LAST, MODELS, PAGE, Server
from watching import count_files, tree

IDLE_S = 1
LARGE = 20000000


class ServeFaults(Server):
    def serve_all(self, *options, **keywords):
        """Under each model at once, so that what takes a while takes it once."""
        return {model: self.serve(model, *options, **keywords) for model in MODELS}

    def check_each(self, servers, check, *arguments):
        for model, process in servers.items():
            with self.subTest(model):
                self.port = process.port
                check(model, process, *arguments)

    def say(self, request, reads=True, end=socket.socket.close):
        client = self.connect()
        client.sendall(request)
        if reads:
            client.shutdown(socket.SHUT_WR)
            self.read_all(client)
        end(client)

    def check_counts(self, model, process):
        self.say(b'nonsense\r\n\r\n')
        self.say(b'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n')
        self.say(b'GET / HTTP/1.1\r\nX: ' + b'x' * 100000 + b'\r\n\r\n')
        self.say(b'DELETE / HTTP/1.1\r\n\r\n')
        self.say(b'GET / HT')
        self.say(b'GET / HTTP/1.1\r\nHost: ', reads=False, end=self.reset)
        self.say(GET + b'GET', reads=True)
        self.say(b'', reads=False)
        self.say(b'', reads=False, end=self.reset)
        self.say(GET)
        self.say(3 * GET + LAST)
        self.wait_until_steady(process)
        self.assertEqual(self.stop(process), {'connections': 11, 'answers': 10, 'malformed': 2, 'too long': 1,
                                              'not allowed': 1, 'cut short': 3}, model)

    def test_counts(self):
        """Each kind by itself. A client that leaves between two requests is no fault, however it leaves."""
        self.check_each(self.serve_all(), self.check_counts)

    def check_echo(self, model, process):
        self.say(b'x' * 1000)
        self.assertEqual(self.stop(process)['connections'], 1, model)

    def test_echo(self):
        self.check_each(self.serve_all(workload='io/echo'), self.check_echo)

    def check_not_taken(self, model, process):
        client = self.connect()
        client.sendall(GET)
        self.assertTrue(client.recv(1))
        self.reset(client)
        self.wait_until_steady(process)
        self.assertEqual(self.stop(process), {'connections': 1, 'answers': 1, 'not taken': 1}, model)

    def test_not_taken(self):
        """A client that dies before it has its whole answer."""
        self.check_each(self.serve_all('--key', f'payload:{LARGE}'), self.check_not_taken)

    def await_end(self, client, seconds=20):
        """The server ends the connection. What it had said before does not matter."""
        client.settimeout(seconds)
        try:
            while client.recv(1 << 20):
                continue
        except ConnectionResetError:
            pass

    def begin_waiting(self, model, process, waiting):
        clients = waiting[model] = [self.connect()]
        if model == 'serial':
            return
        clients += [self.connect() for _ in range(3)]
        clients[1].sendall(b'GET / HTTP/1.1\r\nHost: a\r\n')
        clients[2].sendall(GET)
        clients[3].sendall(GET)
        self.read_some(clients[3])

    def end_waiting(self, model, process, waiting):
        for client in waiting[model]:
            self.await_end(client)
            client.close()
        self.assertTrue(self.ask(LAST).endswith(PAGE[:LARGE % len(PAGE)]))
        self.assertEqual(self.stop(process)['timed out'], len(waiting[model]))

    def test_time_out(self):
        """Who says nothing, who never comes to the end of a request, and who does not take the answer."""
        servers, waiting = self.serve_all('--key', f'payload:{LARGE}', '--idle-timeout', IDLE_S), {}
        self.check_each(servers, self.begin_waiting, waiting)
        begin = time.monotonic()
        while time.monotonic() - begin < 1.5 * IDLE_S:  # it is not silence that ends it
            for clients in waiting.values():
                try:
                    clients[1 % len(clients)].send(b'X: y\r\n' if len(clients) > 1 else b'')
                except OSError:
                    pass
            time.sleep(0.05)
        self.check_each(servers, self.end_waiting, waiting)

    def read_some(self, client):
        count = 0
        while count < LARGE:
            count += len(client.recv(1 << 20))

    def begin_lingering(self, model, process, clients):
        client = clients[model] = self.connect()
        client.sendall(b'nonsense\r\n\r\n')
        self.assertTrue(client.recv(100).startswith(b'HTTP/1.1 400 '))

    def end_lingering(self, model, process, clients):
        self.wait_until(lambda: self.has_been_left(clients[model]), 'it is waited for still', 20)
        self.assertEqual(self.stop(process), {'connections': 1, 'answers': 1, 'malformed': 1})

    def test_linger(self):
        """Who is refused and does not leave is left after a while, time-out or not: 5 seconds, here 1."""
        servers, clients = self.serve_all('--idle-timeout', IDLE_S), {}
        self.check_each(servers, self.begin_lingering, clients)
        self.check_each(servers, self.end_lingering, clients)

    @staticmethod
    def has_been_left(client):
        """A reset answers what nobody reads."""
        try:
            client.send(b'x')
            time.sleep(0.01)
            client.send(b'x')
        except OSError:
            return True
        return False

    def limit_files(self, process, more):
        """The next are refused, from so many more on; None: none is."""
        for one in tree(process.pid)[1:]:
            used = {int(file.name) for file in pathlib.Path(f'/proc/{one}/fd').iterdir()}
            free = min(number for number in range(len(used) + 1) if number not in used)
            soft, hard = resource.prlimit(one, resource.RLIMIT_NOFILE)
            resource.prlimit(one, resource.RLIMIT_NOFILE, (hard if more is None else free + more, hard))

    def ask_until_none_answers(self):
        """A call to accept() that waits has its descriptor already."""
        for _ in range(20):
            client = self.connect()
            client.settimeout(0.2)
            client.sendall(LAST)
            try:
                self.read_all(client)
            except TimeoutError:
                return client
            client.close()
        self.fail('nothing ran out')

    def check_want_of_descriptors(self, model, process):
        self.assertTrue(self.ask(LAST).endswith(PAGE))
        self.wait_until_steady(process)
        self.limit_files(process, 0)
        client = self.ask_until_none_answers()
        self.limit_files(process, None)
        client.settimeout(harness.LIMIT_S)
        self.assertTrue(self.read_all(client).endswith(PAGE))
        client.close()
        counts = self.stop(process)
        # Every 10 ms once, each of 6 that wait; it took longer than 200 ms, though not by as much as this.
        self.assertGreater(counts['not accepted'], 0, model)
        self.assertLess(counts['not accepted'], 3000, model)

    def test_want_of_descriptors(self):
        """Those who come wait, and are served when there are descriptors again; the server does not spin meanwhile."""
        self.check_each(self.serve_all(), self.check_want_of_descriptors)

    def check_full_backlog(self, model, process):
        served = [self.connect() for _ in range(2)]  # more than that wait
        others = [socket.socket() for _ in range(10)]
        for other in others:
            self.addCleanup(other.close)
            other.setblocking(False)
            other.connect_ex(('127.0.0.1', self.port))
        time.sleep(0.05)
        for client in others + served:
            client.close()
        self.assertTrue(self.ask(LAST).endswith(PAGE))
        self.assertGreater(self.stop(process)['turned away'], 0)

    def test_full_backlog(self):
        """Who finds it full is turned away, by the kernel; the server goes on with those who wait."""
        self.check_each(self.serve_all('--backlog', 1, conc=2), self.check_full_backlog)

    def check_flood(self, model, process):
        if model == 'serial':
            self.stop(process)
            return
        self.fill()
        flood = self.connect()
        flood.setblocking(False)
        for _ in range(5):
            for _ in range(100):
                try:
                    flood.send(100 * GET)
                    flood.recv(1 << 16)
                except BlockingIOError:
                    break
            self.assertTrue(self.ask(LAST).endswith(b'\r\n\r\n' + (PAGE * 77)[:1000]))
        self.reset(flood)
        before = self.wait_until_steady(process)
        self.assertTrue(self.ask(LAST))
        self.wait_until(lambda: count_files(process.pid) <= before, f'not {before} descriptors again', 20)
        self.assertEqual(self.stop(process)['connections'], 13)

    def test_flood(self):
        """Requests without end do not keep others from their answers; loops take turns."""
        self.check_each(self.serve_all('--key', 'payload:1000'), self.check_flood)

    def test_bad_input(self):
        here = 'serve', '--model', 'event-loop', '--workload', 'io/http'
        self.expect_error([*here, '--idle-timeout', '0'], "--idle-timeout '0'")
        self.expect_error([*here, '--idle-timeout', 'soon'], "--idle-timeout 'soon'")
        self.expect_error([*here, '--backlog', '0'], "--backlog '0'")


if __name__ == '__main__':
    harness.main()
