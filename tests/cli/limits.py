# SPDX-License-Identifier: MIT
"""Where the kernel gives little, rows say what is missing, and nothing is used up for the next launch."""

import csv
import ctypes
import fcntl
import os
import resource
import socket
import struct
import subprocess

from harness import Case, main, repeats

PORTS = 100
TASKS = 50


def enter_small_network():
    """A network of its own, with few ports."""
    clone_newuser, clone_newnet, siocsifflags, iff_up = 0x10000000, 0x40000000, 0x8914, 1
    if ctypes.CDLL(None).unshare(clone_newnet | (clone_newuser if os.getuid() else 0)):
        raise OSError('unshare')
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, siocsifflags, struct.pack('16sh22x', b'lo', iff_up))
    with open('/proc/sys/net/ipv4/ip_local_port_range', 'w') as ports:
        ports.write(f'40000 {40000 + PORTS - 1}')


def enter_network_with_small_queue():
    enter_small_network()
    with open('/proc/sys/net/core/somaxconn', 'w') as backlog:
        backlog.write('32')


def hide_units():
    """A container's view of /proc/stat that lacks the units."""
    clone_newuser, clone_newns, ms_bind, ms_private = 0x10000000, 0x00020000, 0x1000, 0x44000
    libc = ctypes.CDLL(None)
    if libc.unshare(clone_newns | (clone_newuser if os.getuid() else 0)) or \
            libc.mount(b'none', b'/', None, ms_private, None) or \
            libc.mount(b'/dev/null', b'/proc/stat', None, ms_bind, None):
        raise OSError('unshare or mount')


def become_user_with_few_tasks():
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    resource.setrlimit(resource.RLIMIT_NPROC, (TASKS, hard))


# Their tasks in flight are no workers.
LOOPS = 'event-loop', 'event-loop-threads', 'event-loop-processes', 'coroutines'


class Limits(Case):
    def start_limited(self, limit, *arguments):
        try:
            return self.start(*arguments, preexec_fn=limit)
        except (subprocess.SubprocessError, PermissionError):
            self.skipTest('this user may not limit itself so')

    def test_ports(self):
        """One launch after the other, each with more than half of the ports."""
        self.finish(self.start_limited(enter_small_network, 'run', '--profile', 'smoke', '--launch-ms', '1', '--conc',
                                       '64', '--place', 'none', '--filter', '^native/io/echo/', '--out', 'out'))
        rows = self.expect_whole_plan(self.folder / 'out')
        self.assertEqual(len(rows), 9)
        for row in rows:  # a busy load generator is not what this is about
            if 'the load generator was busy' not in row['reason']:
                self.assertEqual((row['status'], row['reason']), ('ok', ''), row['cell'])

    def test_more_connections_than_ports(self):
        """The load generator's come from three addresses, each of which has all ports."""
        self.finish(self.start_limited(enter_small_network, 'run', '--profile', 'smoke', '--launch-ms', '1', '--conc',
                                       '200,400', '--place', 'none', '--filter', '^native/io/echo/event-loop/', '--out',
                                       'out'))
        for row in self.expect_whole_plan(self.folder / 'out'):
            self.assertIn(row['status'], ('ok', 'invalid') if row['conc'] == '200' else ('skipped',), row)
            if row['conc'] == '400':
                self.assertIn(f'is {PORTS}, 134 needed', row['reason'])

    def test_backlog(self):
        """Where each request connects anew, all may have to wait to be accepted; their ports are free again at once."""
        self.finish(self.start_limited(enter_network_with_small_queue, 'run', '--profile', 'smoke', '--launch-ms', '50',
                                       '--conc', '16,64', '--place', 'none', '--key', 'keepalive:on,off', '--filter',
                                       '^native/io/http/event-loop/', '--out', 'out'))
        rows = self.expect_whole_plan(self.folder / 'out')
        self.assertEqual(len(rows), 4)
        for row in rows:
            many = row['conc'] == '64' and row['params'] == 'keepalive:off'
            self.assertIn(row['status'], ['skipped'] if many else ['ok', 'invalid'], row)
            if many:
                self.assertEqual(row['reason'], 'net.core.somaxconn (connections that wait to be accepted) is 32, '
                                 '64 needed; raise it: sysctl -w net.core.somaxconn=N')
            else:
                self.assertGreaterEqual(int(row['items']), int(row['conc']))

    def test_tasks(self):
        """Too few for as many workers; what has few goes on."""
        self.folder.chmod(0o777)
        self.finish(self.start_limited(become_user_with_few_tasks, 'run', '--profile', 'smoke', '--launch-ms', '1',
                                       '--conc', '4,128', '--place', 'none', '--filter', '^native/io/sleep/', '--out',
                                       'out'), code=0)
        for row in self.expect_whole_plan(self.folder / 'out'):
            many = row['conc'] == '128' and row['model'] not in LOOPS
            self.assertEqual(row['status'], 'skipped' if many else 'ok', row)
            if many:
                self.assertRegex(row['reason'], r'RLIMIT_NPROC .* is \d+, \d+ needed; raise it: ulimit -u')

    def test_address_space(self):
        """Each thread has a stack; what is shared takes no more than the cell needs."""
        def little_address_space():
            resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
        probe = self.start('--version', preexec_fn=little_address_space)
        probe.communicate()
        if probe.returncode:
            self.skipTest('a sanitizer takes more')
        self.crosspoint('run', '--profile', 'smoke', '--launch-ms', '1', '--conc', '4,200', '--place', 'none', '--filter',
                        '^native/io/sleep/', '--out', 'out', preexec_fn=little_address_space)
        for row in self.expect_whole_plan(self.folder / 'out'):
            threads = row['conc'] == '200' and row['model'] in ('thread-pool', 'thread-per-task', 'event-loop-offload')
            self.assertEqual(row['status'], 'skipped' if threads else 'ok', row)
            if threads:
                self.assertRegex(row['reason'], r'^RLIMIT_AS .* is \d+, \d+ needed; raise it: ulimit -v')

    def test_blind_gate(self):
        """Told at the end of a run that does not gate."""
        output = self.finish(self.start_limited(hide_units, 'run', '--profile', 'smoke', '--launch-ms', '1', '--filter',
                                                'null/empty/serial', '--out', 'out'))[0]
        self.assertRegex(output, r'\nthe gate cannot see foreign_cpu_fraction: /proc/stat does not list .*\n'
                                 r'(the gate .*\n)*report: ')

    @repeats
    def test_blind_selftest(self):
        """What nobody can see does not fail."""
        self.finish(self.start_limited(hide_units, 'selftest', '--only', 'disturbance', '--quick', '--out', 'self'),
                    None)
        with open(self.folder / 'self' / 'selftest.csv', newline='') as file:
            [hogs] = [row for row in csv.DictReader(file) if row['subject'] == 'a CPU hog a unit']
        self.assertEqual(hogs['verdict'], 'skipped')
        self.assertIn('/proc/stat', hogs['detail'])

    def test_memory(self):
        """What the workers touch of their own must be there."""
        for cell, reason in (('thread-pool/conc:9999/size:8192', r'^three quarters of the memory available are \d+ MiB, '
                              r'\d+ times \d+ KiB needed; take less for each, or fewer workers'),
                             ('serial/size:999999999999', r'^size:999999999999 is too large; at most 8192')):
            output, _ = self.crosspoint('launch', f'native/cpu/image/{cell}')
            row = dict(line.split('=', 1) for line in output.splitlines())
            self.assertEqual(row['status'], 'skipped')
            self.assertRegex(row['reason'], reason)

    def test_direct(self):
        """Where there is no way past the page cache the cell is skipped; without a folder any is failed."""
        environment = {'TMPDIR': str(self.folder / 'none')}
        output, _ = self.crosspoint('launch', 'native/io/files/serial/direct:yes', env=environment)
        self.assertIn('status=skipped\n', output)
        self.assertRegex(output, r'reason=direct:yes: a file in \S*/none \(TMPDIR\) cannot be opened with O_DIRECT: No such '
                         'file or directory; set TMPDIR to a folder on a disk')
        _, errors = self.crosspoint('launch', 'native/io/files/serial', code=1, env=environment)
        self.assertRegex(errors, r'^files/serial: a file in \S*/none \(TMPDIR\): No such file or directory\n$')

    def test_descriptors(self):
        """Each loop of a process has some."""
        def few_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
        self.crosspoint('run', '--profile', 'smoke', '--launch-ms', '1', '--workers', '1,40', '--filter',
                        '^native/null/empty/event-loop-(threads|processes)/', '--out', 'out',
                        preexec_fn=few_descriptors)
        for row in self.expect_whole_plan(self.folder / 'out'):
            if row['model'] == 'event-loop-threads' and row['workers'] == '40':
                self.assertEqual(row['status'], 'skipped')
                self.assertRegex(row['reason'], r'RLIMIT_NOFILE .* is 128, \d+ needed')
            else:
                self.assertEqual((row['status'], row['reason']), ('ok', ''), row['cell'])


if __name__ == '__main__':
    main()
