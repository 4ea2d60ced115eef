# SPDX-License-Identifier: MIT
"""`crosspoint load` against our own servers, and against some that misbehave."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

import harness

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def answer_with(*answers):
    """Each request of a connection has the next of them, and then the last; None ends it."""
    def serve(client, number):
        count = 0
        while client.recv(4096):
            answer = answers[min(count, len(answers) - 1)]
            count += 1
            if answer is None:
                return
            client.sendall(answer)
    return serve


def well_once(serve):
    """The first connection, which asks whether somebody is there, is answered well."""
    return lambda client, number: (answer_with(OK) if number == 0 else serve)(client, number)


class Load(harness.Case):
    def serve(self, workload, *options, model='event-loop'):
        process = self.start('serve', '--model', model, '--workload', workload, '--listen', '127.0.0.1:0', *options)
        port = int(re.search(r':(\d+);', process.stdout.readline()).group(1))
        return f'127.0.0.1:{port}', process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.finish(process)

    def pretend(self, serve):
        """A server of threads; its address."""
        listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.addCleanup(listener.close)

        def one(client, number):
            try:
                with client:
                    serve(client, number)
            except OSError:
                pass

        def accept():
            number = 0
            while True:
                try:
                    client = listener.accept()[0]
                except OSError:
                    return
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=one, args=(client, number), daemon=True).start()
                number += 1
        threading.Thread(target=accept, daemon=True).start()
        return f'127.0.0.1:{listener.getsockname()[1]}'

    def load(self, *arguments, code=0):
        """While a server of ours may run beside it."""
        process = self.start('load', '--format', 'json', *arguments)
        output, errors = process.communicate(timeout=harness.LIMIT_S)
        self.assertEqual((process.returncode, errors), (code, ''), output)
        result = json.loads(output)
        self.assertEqual(result['interrupted'], code == 130)
        return result

    def expect_no_errors(self, result):
        self.assertEqual((sum(result['errors'].values()), result['error_first']), (0, None))
        self.assertGreater(result['answers'], 0)

    def test_servers(self):
        for model, workload, scheme in (('event-loop', 'io/http', 'http://'), ('event-loop', 'io/echo', ''),
                                        ('process-per-task', 'io/http', 'http://')):
            with self.subTest(f'{model} {workload}'):
                address, process = self.serve(workload, '--conc', 4, model=model)
                common = f'{scheme}{address}', '--connections', 4, '--seconds', 0.2, '--timeout', 60
                closed = self.load(*common)
                self.expect_no_errors(closed)
                self.assertEqual((closed['loop'], closed['connects']), ('closed', 0))
                constant = self.load(*common, '--rate', 500, '--arrivals', 'constant', '--threads', 2)
                self.expect_no_errors(constant)
                self.assertEqual((constant['loop'], constant['answers']), ('open', 100))
                once = self.load(*common, '--rate', 200, '--once')
                self.expect_no_errors(once)
                self.assertEqual(once['connects'], once['answers'])
                if scheme:
                    self.assertEqual(once['statuses'], {'200': once['answers']})
                self.stop(process)

    def test_payload(self):
        """Messages longer than any buffer on the way."""
        for model in 'event-loop', 'thread-per-task':
            address, process = self.serve('io/echo', model=model)
            for payload in 1, 65, 1 << 20:
                result = self.load(address, '--payload', payload, '--connections', 3, '--seconds', 0.1, '--timeout', 60)
                self.expect_no_errors(result)
                self.assertEqual(result['bytes_received'], result['answers'] * payload)
            self.stop(process)

    def test_text(self):
        address, process = self.serve('io/http')
        output = self.start('load', f'http://{address}/a?b#c', '--seconds', 0.3, '--connections', 1, '--rate', 1000,
                            '--hgrm', 'it.hgrm').communicate(timeout=harness.LIMIT_S)[0]
        self.stop(process)
        match = re.fullmatch(r'''http://\S+: 1 connection, 1 thread, open loop, 1000 a second \(Poisson, seed 1\)
answers    (\d+) in \S+ s: \S+ a second, \S+ MB/s
errors     0
statuses   200: \1

latency +p50 +p90 +p99 +p99.9 +max +mean *
from when due [^\n]+
from the send [^\n]+

generator  busy for \d+ % of its threads' time[^\n]*
''', output)
        self.assertTrue(match, output)
        lines = (self.folder / 'it.hgrm').read_text().splitlines()
        self.assertEqual(lines[0], '       Value   Percentile   TotalCount 1/(1-Percentile)')
        self.assertRegex(lines[-4], rf'^ +\d+\.\d{{3}}     1\.000000 +{match.group(1)}          inf$')

    def test_errors_are_counted(self):
        """By kind, and the server goes on being driven."""
        silence = threading.Event()
        self.addCleanup(silence.set)

        def be_silent(client, number):
            silence.wait()

        def reset_it(client, number):
            client.recv(4096)
            reset(client)
        for kind, serve in (('timed_out', be_silent), ('reset', reset_it), ('closed', answer_with(OK, None)),
                            ('wrong', answer_with(b'nonsense\r\n\r\n')), ('wrong', answer_with(OK + b'more')),
                            ('status', answer_with(b'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'))):
            with self.subTest(kind):
                address = self.pretend(well_once(serve))
                result = self.load(f'http://{address}', '--connections', 2, '--seconds', 0.3, '--timeout', 0.1,
                                   '--rate', 100, code=0 if kind in ('closed', 'status') else 3)
                others = {other: count for other, count in result['errors'].items()
                          if other not in (kind, 'unsent', 'timed_out')}
                self.assertEqual(sum(others.values()), 0, result)
                self.assertGreater(result['errors'][kind], 1)
                self.assertTrue(result['error_first'])
                if kind == 'status':
                    self.assertEqual(result['statuses'], {'503': result['answers']})
                if kind == 'timed_out':
                    self.assertIsNone(result['latency_ns']['p50'])

    def test_answers_of_all_kinds(self):
        """In pieces, until the end of the connection, or each with the end of it: none is an error."""
        for answer, ends in ((b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', False),
                             (b'HTTP/1.0 200 OK\r\n\r\nuntil the end', True),
                             (b'HTTP/1.1 204 No Content\r\n\r\n', False),
                             (b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na', True)):
            with self.subTest(answer):
                def serve(client, number):
                    while client.recv(4096):
                        for i in range(0, len(answer), 20):
                            client.sendall(answer[i:i + 20])
                        if ends:
                            return
                result = self.load(f'http://{self.pretend(serve)}', '--connections', 2, '--seconds', 0.2, '--rate', 50,
                                   '--timeout', 60)
                self.expect_no_errors(result)

    def test_no_server(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            address = f'127.0.0.1:{listener.getsockname()[1]}'
            self.expect_error(['load', address, '--timeout', '0.1'], f'crosspoint load: {address}: no answer in time')
        self.expect_error(['load', address], 'connect: Connection refused')
        address = self.pretend(answer_with(None))
        self.expect_error(['load', address], 'the server closed a connection')
        address = self.pretend(answer_with(b'nonsense'))
        self.expect_error(['load', address], 'a message came back changed')

    def test_interrupt(self):
        """What there is is told."""
        address, server = self.serve('io/echo')
        process = self.start('load', address, '--format', 'json', '--seconds', 100, '--hgrm', 'it.hgrm')
        self.wait_until(lambda: len(os.listdir(f'/proc/{process.pid}/fd')) > 64, 'it does not connect')
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=harness.LIMIT_S)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(json.loads(output)['interrupted'])
        self.assertTrue((self.folder / 'it.hgrm').read_text().endswith(']\n'))
        self.stop(server)

    def test_ports(self):
        """Where those of one address run out the next has some."""
        script = f'''ip link set lo up || exit 77
            {harness.PROGRAM} serve --model event-loop --workload io/echo --listen 127.0.0.1:9000 --conc 99 >told &
            until [ -s told ]; do sleep 0.01; done
            echo 40000 40009 > /proc/sys/net/ipv4/ip_local_port_range || {{ kill $!; exit 77; }}
            {harness.PROGRAM} load 127.0.0.1:9000 --connections 27 --seconds 0.1 --timeout 60 --format json
            {harness.PROGRAM} load 127.0.0.1:9000 --connections 31
            code=$?; kill $!; wait; exit $code'''
        process = subprocess.run(['unshare', '-rn', 'sh', '-c', script], cwd=self.folder, text=True,
                                 capture_output=True, timeout=harness.LIMIT_S)
        if process.returncode not in (0, 2):
            raise unittest.SkipTest(f'no network of its own here: {process.stderr}')
        self.assertEqual(process.returncode, 2)
        self.assertIn('net.ipv4.ip_local_port_range (ports) is 10, 11 needed', process.stderr)
        self.expect_no_errors(json.loads(process.stdout))

    def test_cells_with_a_load(self):
        """What is compared is offered the same, a share of what it can do; another run may be told to offer that too."""
        cell = 'io/echo/{}/conc:4/load:{}/place:none'
        for percent in 50, 100:
            (self.folder / f'at-{percent}.ini').write_text(f'''[rule]
claim = it is
documents = D1
runtimes = native
kind = compare
metric = latency_p50_ns
effect = 20%
better = {cell.format('event-loop/workers:1', percent)}
worse = {cell.format('thread-per-task', percent)}
''')
        rules = '--rules', self.folder
        self.crosspoint('run', *rules, '--profile', 'smoke', '--launch-ms', 10, '--blocks', 1, '--quiet', '--out', 'a')
        self.crosspoint('run', *rules, '--profile', 'smoke', '--blocks', 1, '--quiet', '--like', 'a', '--out', 'b')
        rates = [{row['cell']: float(row['offered_per_second']) for row in harness.read_rows(self.folder / run)
                  if row['status'] == 'ok'} for run in 'ab']
        self.assertEqual(len(rates[0]), 4)
        self.assertEqual(rates[0], rates[1])
        for percent in 50, 100:
            self.assertEqual(len({rate for name, rate in rates[0].items() if f'load:{percent}' in name}), 1)
        for row in harness.read_rows(self.folder / 'a'):
            self.assertTrue(row['errors'].isdigit())

    def test_bad_input(self):
        self.expect_error(['load'], 'name a server')
        self.expect_error(['load', '127.0.0.1:1', '127.0.0.1:2'], "one server, not '127.0.0.1:2' as well")
        self.expect_error(['load', 'https://127.0.0.1'], 'TLS')
        self.expect_error(['load', '192.0.2.1:80'], '192.0.2.1:80 is not this machine')
        for server in ('127.0.0.1', 'example.org:80', '127.0.0.1:x', '127.0.0.1:0', '127.0.0.1:65536', '127.0.0.1:80/a',
                       'http://', 'http://127.0.0.1:', 'http://127.0.0.1/a b', 'http://127.0.0.1/' + 3000 * 'a',
                       '127.0.0.1:80\x1b[2J'):
            self.expect_error(['load', server], 'is no server')
        here = 'load', '127.0.0.1:1'
        for option, value in (('connections', '0'), ('rate', '-1'), ('arrivals', 'now'), ('seconds', '0'),
                              ('seconds', 'nan'), ('seconds', '1e3'), ('timeout', '1.2.3'), ('threads', '0'),
                              ('payload', '1048577'), ('format', 'csv'), ('seed', 'x')):
            self.expect_error([*here, f'--{option}', value], f"--{option} '{value}' is n")
        self.expect_error(['load', 'http://127.0.0.1:1', '--payload', '5'], '--payload is of echo servers')
        self.expect_error([*here, '--hgrm', '/nonexistent/it'], '/nonexistent/it: No such file')


if __name__ == '__main__':
    harness.main()
