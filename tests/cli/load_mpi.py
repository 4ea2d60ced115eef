# SPDX-License-Identifier: MIT
"""`crosspoint-load-mpi`: four ranks on this machine, and in network namespaces of their own."""

import collections
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest

import harness

MPI = f'{harness.BUILD}/src/mpi/crosspoint-load-mpi'
RANKS = 4
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'


def environment(**changes):
    return harness.environment(OMPI_ALLOW_RUN_AS_ROOT='1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM='1',
                               OMPI_MCA_btl_vader_single_copy_mechanism='none',
                               OMPI_MCA_odls_base_sigkill_timeout='2', **changes)  # a busy machine needs more than 1 s


def rank_processes():
    """By rank."""
    found = {}
    for folder in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if os.readlink(folder / 'exe') == os.path.realpath(MPI):
                parts = (folder / 'environ').read_text().split('\0')
                values = dict(part.split('=', 1) for part in parts if '=' in part)
                found[int(values['OMPI_COMM_WORLD_RANK'])] = int(folder.name), values.get('CROSSPOINT_TEST_ID')
        except (OSError, KeyError):
            continue
    return {rank: process for rank, (process, mark) in found.items() if mark == str(os.getpid())}


@unittest.skipUnless(os.path.exists(MPI) and shutil.which('mpirun'), 'Open MPI is not there')
class LoadMpi(harness.Case):
    def mpirun(self, *arguments, program=(MPI,), **changes):
        process = subprocess.Popen(['mpirun', '--oversubscribe', '-n', str(RANKS), *program, *map(str, arguments)],
                                   cwd=self.folder, text=True, start_new_session=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment(CROSSPOINT_TEST_ID=str(os.getpid()), **changes))
        self.addCleanup(self.end, process)
        return process

    def run_ranks(self, *arguments, code=0, **options):
        process = self.mpirun(*arguments, **options)
        output, errors = process.communicate(timeout=harness.LIMIT_S)
        self.assertEqual(process.returncode, code, output + errors)
        return output, errors

    def serve(self, listen='127.0.0.1:0'):
        process = self.start('serve', '--model', 'event-loop', '--workload', 'io/http', '--listen', listen)
        return 'http://{}/'.format(re.search(r' on (\S+);', process.stdout.readline()).group(1)), process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=harness.LIMIT_S)
        self.expect_no_process(5)

    def counting_server(self):
        """Its address, and what tells how many requests it has answered."""
        listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.addCleanup(listener.close)
        answered = []

        def serve(client):
            with client:
                try:
                    while client.recv(4096):
                        client.sendall(OK)
                        answered.append(1)
                except OSError:
                    pass

        def accept():
            while True:
                try:
                    client = listener.accept()[0]
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        return f'http://127.0.0.1:{listener.getsockname()[1]}/', lambda: len(answered)

    def expect_sum(self, result):
        """What is told of all is what the ranks have told, to the last count."""
        buckets = collections.Counter()
        for rank in result['ranks']:
            self.assertEqual(sum(count for _, count in rank['latency_buckets']), rank['answers'])
            buckets.update(dict(map(tuple, rank['latency_buckets'])))
        self.assertEqual(sorted(buckets.items()), list(map(tuple, result['latency_buckets'])))
        for key in 'answers', 'connections', 'threads':
            self.assertEqual(sum(rank[key] for rank in result['ranks']), result[key], key)

    def test_sum(self):
        url, server = self.serve()
        asked = url, '--connections', 10, '--rate', 2000, '--arrivals', 'constant', '--seconds', 0.5, '--timeout', 60
        text, errors = self.run_ranks(*asked, '--threads', 1, '--format', 'json', '--buckets', '--hgrm', 'all.hgrm')
        result = json.loads(text)
        self.assertEqual(errors, '')
        self.expect_sum(result)
        self.assertEqual([rank['connections'] for rank in result['ranks']], [3, 3, 2, 2])
        self.assertEqual([rank['answers'] for rank in result['ranks']], [250] * RANKS)
        self.assertEqual(sum(result['errors'].values()), 0)
        for rank in result['ranks']:  # one machine has one clock
            self.assertEqual(rank['state'], 'done')
            self.assertLessEqual(abs(rank['clock_offset_ns']), rank['clock_uncertainty_ns'] + 1)
        self.assertIn('Total count    =         1000', (self.folder / 'all.hgrm').read_text())
        alone = self.start('load', *asked, '--format', 'json')
        one = json.loads(alone.communicate(timeout=harness.LIMIT_S)[0])
        self.assertEqual((one['answers'], one['rate']), (result['answers'], result['rate']))
        self.stop(server)

    def test_text(self):
        url, server = self.serve()
        text, _ = self.run_ranks(url, '--rate', 1000, '--seconds', 0.2, '--threads', 1, '--output', 'told.txt')
        self.assertEqual(text, '')
        told = (self.folder / 'told.txt').read_text()
        self.assertRegex(told, r'\A\S+: 64 connections, 4 threads, open loop, 1000 a second')
        self.assertEqual(len(re.findall(r'(?m)^ +[0-3] .* 250 .* done$', told)), RANKS, told)
        self.stop(server)

    def test_death(self):
        """Who has died is named, and what the others measured is told: by rank 1 where it was rank 0."""
        for victim in 2, 0:
            with self.subTest(victim):
                url, answered = self.counting_server()
                process = self.mpirun(url, '--rate', 200, '--seconds', 60, '--connections', 8, '--threads', 1,
                                      '--format', 'json', '--output', f'{victim}.json')
                self.wait_until(lambda: answered() > 60, 'it does not begin')
                os.kill(rank_processes()[victim], signal.SIGKILL)
                _, errors = process.communicate(timeout=harness.LIMIT_S)
                self.assertEqual(process.returncode, 128 + signal.SIGKILL, errors)
                if victim:
                    self.assertRegex(errors, rf'crosspoint-load-mpi: rank {victim} \(\S+, process \d+\) has died')
                result = json.loads((self.folder / f'{victim}.json').read_text())
                states = ['died' if rank == victim else 'done' for rank in range(RANKS)]
                self.assertEqual([rank['state'] for rank in result['ranks']], states)
                kept = [rank for rank in result['ranks'] if rank['state'] == 'done']
                self.assertTrue(all(rank['answers'] > 0 for rank in kept))
                self.assertEqual(sum(rank['answers'] for rank in kept), result['answers'])
                self.expect_no_process(5)

    def test_failure(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            address = '127.0.0.1:{}'.format(listener.getsockname()[1])
        output, errors = self.run_ranks(f'http://{address}/', '--seconds', 1, code=2)
        self.assertEqual(output, '')
        for rank in range(RANKS):
            reason = '(connect: Connection refused|not begun)'
            self.assertRegex(errors, rf'rank {rank} \(\S+\): http://{address}/: {reason}')
        errors = self.run_ranks(address, '--connections', 3, code=2)[1]
        self.assertRegex(errors, r'rank 3 \(\S+\): no connection is left for it: --connections 3, ranks 4')

    def test_options(self):
        """A fault in them is told by the first rank alone."""
        fault = "crosspoint-load-mpi: no option '--conections'; did you mean --connections?\n"
        for rank, told in ('0', fault), ('1', ''):
            ended = subprocess.run([MPI, '--conections', '3'], capture_output=True, text=True, check=False,
                                   env=environment(OMPI_COMM_WORLD_RANK=rank))
            self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (2, '', told))

    def ip(self, *arguments):
        return subprocess.run(['ip', *arguments], stderr=subprocess.DEVNULL, check=False).returncode == 0

    def test_namespaces(self):
        """Each rank on a host of its own, as far as the network goes; the server on another."""
        mark = f'cp{os.getpid() % 100000}'
        net, bridge = f'10.{os.getpid() % 200 + 20}.77', f'{mark}b'
        self.addCleanup(self.ip, 'link', 'del', bridge)
        if not self.ip('link', 'add', bridge, 'type', 'bridge'):
            self.skipTest('no bridge may be made here')
        self.ip('addr', 'add', f'{net}.1/24', 'dev', bridge)
        self.ip('link', 'set', bridge, 'up')
        for rank in range(RANKS):
            space, link = f'{mark}n{rank}', f'{mark}v{rank}'
            self.addCleanup(self.ip, 'netns', 'del', space)
            made = (self.ip('netns', 'add', space) and
                    self.ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space) and
                    self.ip('link', 'set', link, 'master', bridge, 'up') and
                    self.ip('-n', space, 'addr', 'add', f'{net}.{rank + 10}/24', 'dev', 'eth0') and
                    self.ip('-n', space, 'link', 'set', 'lo', 'up') and
                    self.ip('-n', space, 'link', 'set', 'eth0', 'up'))
            if not made:
                self.skipTest('no network namespace may be made here')
        url, server = self.serve(f'{net}.1:0')
        enter = 'sh', '-c', f'exec ip netns exec {mark}n$OMPI_COMM_WORLD_RANK {MPI} "$@"', 'sh'
        text, _ = self.run_ranks(url, '--rate', 1000, '--arrivals', 'constant', '--seconds', 0.4, '--timeout', 60,
                                 '--threads', 1, '--format', 'json', '--buckets', program=enter,
                                 PMIX_MCA_ptl_tcp_if_include=bridge, PMIX_MCA_ptl_base_if_include=bridge,
                                 OMPI_MCA_btl='tcp,self', OMPI_MCA_btl_tcp_if_include='eth0')
        result = json.loads(text)
        self.expect_sum(result)
        self.assertEqual((result['answers'], sum(result['errors'].values())), (400, 0))
        self.stop(server)


if __name__ == '__main__':
    harness.main()
