# SPDX-License-Identifier: MIT
"""What is launched: one file from the first launch to the last, wherever the kernel lets it."""

import ctypes
import os
import pathlib
import re
import shutil
import struct
import unittest

from harness import Case, PROGRAM, count_rows, main, read_rows

NOBODY = 65534
CAP_NET_BIND_SERVICE = 10
SYS_PIDFD_OPEN = 434  # on all machines
RUN = ('run', '--profile', 'smoke', '--launch-ms', '1', '--filter', '^native/null/empty/serial/')


def forbid(number):
    """A filter as old container runtimes have it: a system call that it does not know is not permitted."""
    pr_set_seccomp, pr_set_no_new_privs, mode_filter, eperm = 22, 38, 2, 1
    load, equal, give = 0x20, 0x15, 0x06
    allow, error = 0x7fff0000, 0x00050000
    code = b''.join(struct.pack('HBBI', *line) for line in (
        (load, 0, 0, 0), (equal, 0, 1, number), (give, 0, 0, error | eperm), (give, 0, 0, allow)))
    lines = ctypes.create_string_buffer(code)

    class Program(ctypes.Structure):
        _fields_ = [('count', ctypes.c_ushort), ('lines', ctypes.c_void_p)]
    program = Program(len(code) // 8, ctypes.addressof(lines))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(pr_set_no_new_privs, 1, 0, 0, 0) or \
            libc.prctl(pr_set_seccomp, mode_filter, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), 'no filter here')


class Programs(Case):
    def copy(self, name):
        return pathlib.Path(shutil.copy(PROGRAM, self.folder / name))

    def replace(self, path):
        """As a linker or installer does it."""
        other = path.with_suffix('.new')
        other.write_text('#!/bin/sh\nexit 7\n')
        other.chmod(0o755)
        other.rename(path)

    def expect_ok(self, folder, at_least):
        rows = read_rows(folder)
        self.assertGreaterEqual(len(rows), at_least)
        self.assertEqual({(row['status'], row['reason']) for row in rows}, {('ok', '')})

    def test_a_rebuild_changes_nothing(self):
        program = self.copy('program')
        run = self.start(*RUN, '--blocks', '6', '--out', 'out', program=str(program))
        self.wait_until(lambda: count_rows(self.folder / 'out'), 'no row')
        self.replace(program)
        self.finish(run)
        self.expect_ok(self.folder / 'out', 6)

    def test_a_rebuild_changes_neither_build(self):
        base, new = self.copy('base'), self.copy('new')
        run = self.start('compare', '--ab', base, new, *RUN[1:], '--blocks', '6', '--out', 'out')
        self.wait_until(lambda: count_rows(self.folder / 'out/new'), 'no row')
        self.replace(new)
        self.finish(run, code=None)
        self.expect_ok(self.folder / 'out/base', 6)
        self.expect_ok(self.folder / 'out/new', 6)

    def test_what_is_written_to_is_told(self):
        """The file itself, and a script: of that only the path can be started."""
        for is_script in False, True:
            with self.subTest(is_script=is_script):
                new = self.copy('new')
                if is_script:
                    new.write_text(f'#!/bin/sh\nexec {PROGRAM} "$@"\n')
                run = self.start('compare', '--ab', PROGRAM, new, *RUN[1:], '--blocks', '400',
                                 '--out', f'out-{is_script}')
                self.wait_until(lambda: count_rows(self.folder / f'out-{is_script}/new'), 'no row')
                if is_script:
                    self.replace(new)
                else:
                    os.utime(new)
                _, errors = self.finish(run, code=2)
                self.assertIn(f'{new} was changed while it was measured', errors)

    def test_the_way_it_was_called(self):
        """Its name among the processes is its own, not that of the descriptor that it was started by."""
        run = self.start(*RUN, '--launch-ms', '300', '--blocks', '1', '--out', 'out')
        def name_of_launch():
            for path in pathlib.Path('/proc').glob('[0-9]*/stat'):
                try:  # a process may end between the two
                    text, words = path.read_text(), path.with_name('cmdline').read_text()
                except OSError:
                    continue
                if text.rpartition(')')[2].split()[1] == str(run.pid) and 'launch' in words.split('\0')[1:2]:
                    return text[text.index('(') + 1:text.rindex(')')]
            return None
        name = self.wait_until(lambda: run.poll() is not None or name_of_launch(), 'no launch')
        self.finish(run)
        self.assertIn(name, (True, 'crosspoint'))

    def test_without_pidfd_open(self):
        self.crosspoint(*RUN, '--blocks', '1', '--out', 'out', preexec_fn=lambda: forbid(SYS_PIDFD_OPEN))
        self.expect_ok(self.folder / 'out', 1)
        self.crosspoint('compare', '--ab', PROGRAM, PROGRAM, *RUN[1:], '--blocks', '1', '--out', 'ab', code=None,
                        preexec_fn=lambda: forbid(SYS_PIDFD_OPEN))
        self.expect_ok(self.folder / 'ab/new', 1)

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'the numbers are of one machine')
    def test_without_binding(self):
        """Said once; what is bound is skipped, what is not is measured."""
        sys_sched_setaffinity = 203
        errors = self.crosspoint('run', '--profile', 'smoke', '--launch-ms', '1', '--filter', '^native/null/empty/',
                                 '--place', 'none,compact', '--out', 'out',
                                 preexec_fn=lambda: forbid(sys_sched_setaffinity))[1]
        self.assertEqual(len(re.findall('cannot bind to processing unit', errors)), 1, errors)
        self.assertIn('Operation not permitted; only cells with place:none are measured', errors)
        for row in read_rows(self.folder / 'out'):
            bound = row['place'] == 'compact'
            self.assertEqual(row['status'], 'skipped' if bound else 'ok', row['reason'])
            self.assertIn('Operation not permitted' if bound else '', row['reason'])

    def test_without_threads(self):
        """Nothing is calibrated."""
        sys_clone3 = 435  # on all machines
        self.expect_error([*RUN, '--out', 'out'], 'no thread can be made: Operation not permitted', 'clone3',
                          preexec_fn=lambda: forbid(sys_clone3))
        self.assertFalse((self.folder / 'out').exists())

    @unittest.skipUnless(os.getuid() == 0, 'only root gives a file capabilities')
    def test_file_capabilities(self):
        """The kernel closes /proc/PID of such a program to others, and its own to the programs that it starts."""
        program = self.copy('program')
        permitted = 1 << CAP_NET_BIND_SERVICE
        version_2, effective = 0x02000000, 1
        try:
            os.setxattr(program, 'security.capability',
                        struct.pack('<5I', version_2 | effective, permitted, 0, 0, 0))
        except OSError as problem:
            self.skipTest(f'no file capabilities here: {problem}')
        self.folder.chmod(0o777)
        self.crosspoint(*RUN, '--blocks', '1', '--out', 'out', program=str(program), user=NOBODY, group=NOBODY,
                        env={'CROSSPOINT_DATA': str(self.data())})
        self.expect_ok(self.folder / 'out', 1)

    def data(self):
        """Where anybody may read it."""
        root = pathlib.Path(__file__).resolve().parents[2]
        data = self.folder / 'data'
        shutil.copytree(root / 'bench/rules', data / 'rules')
        shutil.copytree(root / 'scripts/gnuplot', data / 'gnuplot')
        return data


if __name__ == '__main__':
    main()
