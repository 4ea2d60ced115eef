# SPDX-License-Identifier: MIT
"""A results folder that somebody else made, a disk that is full, and an environment that is not ours."""

import ctypes
import datetime
import os
import re
import resource
import shutil
import signal
import socket
import stat
import struct
import subprocess
import unittest

from harness import FIXTURES, Case, main

RESULTS = FIXTURES / 'results'
SERIAL = 'run', '--profile', 'smoke', '--launch-ms', '1', '--filter', 'null/empty/serial', '--quiet'
needs_gnuplot = unittest.skipUnless(shutil.which('gnuplot'), 'gnuplot is not installed')


def limit_files(bytes_max):
    """A disk of so many bytes a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))


def forbid_links():
    """symlink and symlinkat fail, as on a file system without links."""
    load, equal, give = 0x20, 0x15, 0x06
    deny, allow = 0x00050000 | 1, 0x7fff0000
    code = [(load, 0, 0, 0), (equal, 2, 0, 88), (equal, 1, 0, 266), (give, 0, 0, allow), (give, 0, 0, deny)]
    filters = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in code))
    program = ctypes.create_string_buffer(struct.pack('HxxxxxxQ', len(code), ctypes.addressof(filters)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
        raise OSError(ctypes.get_errno(), 'seccomp')


class Folder(Case):
    def setUp(self):
        super().setUp()
        self.results = self.folder / 'R'
        shutil.copytree(RESULTS, self.results)
        self.charts = self.results / 'charts'
        self.outside = self.folder / 'outside'
        self.outside.write_text('theirs\n')

    def drawn(self):
        return sorted(path.name for path in self.charts.glob('*.svg'))

    def fake_gnuplot(self, text, folder=None):
        folder = folder or self.folder / 'bin'
        folder.mkdir(exist_ok=True)
        (folder / 'gnuplot').write_text('#!/bin/sh\n' + text)
        (folder / 'gnuplot').chmod(0o755)
        return {'PATH': f'{folder}:{os.environ["PATH"]}'}


@needs_gnuplot
class Written(Folder):
    """What is written is a new file at its place."""

    def test_links_are_replaced(self):
        self.crosspoint('report', 'R')
        names = self.drawn()
        self.assertTrue(names)
        written = [self.results / 'report.html', self.results / 'verdicts.csv',
                   *(self.charts / (name[:-3] + suffix) for name in names for suffix in ('csv', 'gp', 'svg', 'png'))]
        for path in written:
            path.unlink()
            path.symlink_to(self.outside)
        self.crosspoint('report', 'R')
        self.assertEqual(self.outside.read_text(), 'theirs\n')
        for path in written:
            self.assertTrue(stat.S_ISREG(path.lstat().st_mode), path)
        self.assertEqual([path for path in self.results.rglob('*') if '.new-' in path.name or '.drawing' in path.name],
                         [])

    def test_resume(self):
        """samples.csv is copied there, as it has a column that this program does not know."""
        self.crosspoint(*SERIAL, '--out', 'out')
        samples = self.folder / 'out' / 'samples.csv'
        lines = samples.read_text().splitlines()
        samples.write_text('\n'.join([lines[0] + ',more', *(line + ',' for line in lines[1:])]) + '\n')
        for name in 'samples.csv.new', 'run.json.new':
            (self.folder / 'out' / name).symlink_to(self.outside)
        self.crosspoint('run', '--resume', 'out', '--quiet')
        self.assertEqual(samples.read_text().splitlines(), lines)
        self.assertEqual(self.outside.read_text(), 'theirs\n')

    def test_linked_charts(self):
        (self.folder / 'elsewhere').mkdir()
        shutil.rmtree(self.charts, ignore_errors=True)
        self.charts.symlink_to(self.folder / 'elsewhere')
        self.expect_error(['report', 'R'], 'R/charts is no folder but a link')
        self.assertEqual(list((self.folder / 'elsewhere').iterdir()), [])

    def test_no_room(self):
        """What stood there stays whole."""
        self.crosspoint('report', 'R')
        page = (self.results / 'report.html').read_bytes()
        pictures = {path: path.read_bytes() for path in self.charts.glob('*.[sp][vn]g')}
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGXFSZ, signal.SIG_DFL)
        self.expect_error(['report', 'R'], preexec_fn=lambda: limit_files(8192), restore_signals=False)
        self.assertEqual((self.results / 'report.html').read_bytes(), page)
        for path, picture in pictures.items():
            self.assertEqual(path.read_bytes(), picture)
        self.assertEqual([path for path in self.results.rglob('*') if '.new-' in path.name or '.drawing' in path.name],
                         [])

    def test_cut_picture(self):
        """gnuplot itself does not notice."""
        env = self.fake_gnuplot('for id in *; do :; done\nid=${2#../}; id=${id%.gp}\n'
                                'printf "<svg" >$id.svg; printf PNG >$id.png\n')
        output, errors = self.crosspoint('report', 'R', code=2, env=env)
        self.assertRegex(errors, r'gnuplot left charts/\S+\.svg cut')
        self.assertEqual(self.drawn(), [])


class Read(Folder):
    """What is read is a regular file of the folder; and only charts of this call are embedded."""

    def test_special_files(self):
        for name in 'samples.csv', 'run.json':
            path = self.results / name
            kept = path.read_bytes() if path.exists() else None
            path.unlink(missing_ok=True)
            os.mkfifo(path)
            for command in ['report', 'R'], ['rules', 'R'], ['compare', 'R', RESULTS]:
                self.expect_error(command, f'R/{name}: not a file')
            path.unlink()
            path.symlink_to('/dev/zero')
            for command in ['report', 'R'], ['rules', 'R']:
                self.expect_error(command, f'R/{name}: a link')
            path.unlink()
            if kept is not None:
                path.write_bytes(kept)

    def test_too_large(self):
        with open(self.results / 'run.json', 'w') as file:
            file.truncate(1 << 40)
        self.expect_error(['report', 'R'], 'R/run.json: larger than 64 MiB')

    @needs_gnuplot
    def test_strange_pictures(self):
        self.crosspoint('report', 'R')
        page = (self.results / 'report.html').read_text()
        ids = [name[:-4] for name in self.drawn()]
        env = self.fake_gnuplot('exit 3\n')
        for number, make in enumerate([lambda path: path.symlink_to(self.outside), os.mkfifo,
                                       lambda path: path.symlink_to('/dev/zero'),
                                       lambda path: path.write_text('<svg>strange</svg>')]):
            with self.subTest(number):
                for name in ids:
                    (self.charts / f'{name}.svg').unlink()
                    make(self.charts / f'{name}.svg')
                self.crosspoint('report', 'R', code=2, env=env)
                self.assertNotIn('data:image', (self.results / 'report.html').read_text())
        self.crosspoint('report', 'R')
        self.assertEqual((self.results / 'report.html').read_text().count('data:image'), page.count('data:image'))

    def test_not_utf8(self):
        rule = self.folder / 'mine.ini'
        text = next((FIXTURES.parents[1] / 'bench' / 'rules').glob('*.ini')).read_text()
        claim = re.search('^claim.*', text, re.M)
        line = text[:claim.start()].count('\n') + 1
        rule.write_bytes(text.replace(claim[0], claim[0] + ' café').encode('latin-1', 'replace'))
        self.expect_error(['rules', 'R', '--rules', 'mine.ini'], f'mine.ini:{line}: not in UTF-8')
        samples = (RESULTS / 'samples.csv').read_text()
        (self.results / 'samples.csv').write_bytes(samples.replace('made-up,0,2', 'mad\xe9,0,2').encode('latin-1'))
        self.expect_error(['rules', 'R'], 'R/samples.csv: line 4: run_id is not in UTF-8')
        shutil.copy(RESULTS / 'samples.csv', self.results)
        (self.results / 'run.json').write_bytes(b'{"machine":\n"caf\xe9"}')
        self.expect_error(['report', 'R'], 'R/run.json: line 2: ')

    def test_folder_name_not_utf8(self):
        name = b'caf\xe9'
        self.crosspoint(*SERIAL, '--out', os.fsdecode(name), stdout=subprocess.DEVNULL)
        self.assertIn('caf?', (self.folder / os.fsdecode(name) / 'samples.csv').read_text())


@needs_gnuplot
class Gnuplot(Folder):
    def test_planted_program(self):
        self.fake_gnuplot(f'touch {self.folder}/ran\n', self.charts)
        os.chmod(self.charts / 'gnuplot', 0o755)
        shutil.copy(self.charts / 'gnuplot', self.results)
        for path in '.', '', 'charts':
            self.crosspoint('report', 'R', env={'PATH': f'{path}:{os.environ["PATH"]}'})
        self.assertFalse((self.folder / 'ran').exists())

    def test_ends_with_us(self):
        env = self.fake_gnuplot(f'echo $$ >{self.folder}/pid.new\nmv {self.folder}/pid.new {self.folder}/pid\n'
                                'exec sleep 1000\n')
        report = self.start('report', 'R', env=env)
        pid = self.folder / 'pid'
        self.wait_until(pid.exists, 'gnuplot was not started')
        report.kill()
        self.finish_killed(report, int(pid.read_text()))

    def finish_killed(self, report, pid):
        report.wait(60)
        self.expect_no_process(30)

    def test_how_it_died(self):
        """One line with its signal or its status; the page is there all the same, and samples.csv untouched."""
        before = (self.results / 'samples.csv').read_bytes()
        for ends, words in (('kill -SEGV $$', 'killed by signal 11 (Segmentation fault)'),
                            ('exit 3', 'exit status 3: no reason given'),
                            ('echo out of memory >&2; exit 1', 'exit status 1: out of memory')):
            with self.subTest(ends):
                (self.results / 'report.html').unlink(missing_ok=True)
                errors = self.crosspoint('report', 'R', env=self.fake_gnuplot(f'{ends}\n'), code=2)[1]
                self.assertRegex(errors, r'\Acrosspoint: gnuplot failed on charts/\S+\.gp: [^\n]*\n\Z')
                self.assertIn(words, errors)
                self.assertIn('</html>', (self.results / 'report.html').read_text())
                self.assertEqual((self.results / 'samples.csv').read_bytes(), before)

    def test_environment(self):
        self.crosspoint('report', 'R')
        names = self.drawn()
        pictures = {name: (self.charts / name).read_bytes() for name in names}
        (self.folder / 'home').mkdir()
        (self.folder / 'home' / '.gnuplot').write_text('exit status 3\n')
        env = {'GNUTERM': 'qt', 'GNUPLOT_LIB': '/nonexistent', 'GDFONTPATH': '/nonexistent', 'TMPDIR': '/nonexistent',
               'LANG': 'de_DE.UTF-8', 'LC_NUMERIC': 'de_DE.UTF-8', 'HOME': str(self.folder / 'home')}
        self.crosspoint('report', 'R', env=env)
        for name in names:
            self.assertEqual((self.charts / name).read_bytes(), pictures[name])

    def test_no_temporary_folder(self):
        """/tmp is read-only to all but the folder that we are in already, and TMPDIR is elsewhere."""
        def read_only():
            new_mounts, new_user, bind, remount, only, private = 0x20000, 0x10000000, 0x1000, 0x20, 1, 0x44000
            libc = ctypes.CDLL(None)
            if libc.unshare(new_mounts | (new_user if os.getuid() else 0)) or \
                    libc.mount(b'none', b'/', None, private, None) or libc.mount(b'/tmp', b'/tmp', None, bind, None) or \
                    libc.mount(b'none', b'/tmp', None, bind | remount | only, None):
                raise OSError('unshare')
        try:
            report = self.start('report', 'R', preexec_fn=read_only, env={'TMPDIR': str(self.folder)})
        except subprocess.SubprocessError:
            self.skipTest('no mounts of its own here')
        self.finish(report)
        self.assertTrue(self.drawn())


class Begin(Folder):
    """What stands in the way is told before anything is measured, or stands in no way."""

    def test_latest_is_a_folder(self):
        (self.folder / 'results' / 'latest').mkdir(parents=True)
        _, errors = self.crosspoint(*SERIAL)
        self.assertEqual(errors.count('warning: results/latest'), 1, errors)
        self.assertEqual([path.name for path in (self.folder / 'results').glob('latest*')], ['latest'])

    @unittest.skipUnless(os.uname().machine == 'x86_64', 'system calls are numbered otherwise')
    def test_no_links(self):
        _, errors = self.crosspoint(*SERIAL, preexec_fn=forbid_links)
        self.assertIn('warning: results/latest: Operation not permitted', errors)
        self.assertEqual(len(list((self.folder / 'results').glob('*/report.html'))), 1)

    def test_same_second(self):
        """The names of the next minute are taken."""
        (self.folder / 'results').mkdir()
        host = re.sub('[^A-Za-z0-9._-]', '-', socket.gethostname())
        now = datetime.datetime.utcnow()
        for second in range(-2, 120):
            stamp = (now + datetime.timedelta(seconds=second)).strftime('%Y%m%dT%H%M%SZ')
            (self.folder / 'results' / f'{stamp}-{host}').mkdir()
        output, _ = self.crosspoint(*SERIAL)
        self.assertRegex(output, rf'report: results/\w+-{re.escape(host)}-2/report.html')

    def test_empty_folder_of_others(self):
        """What exists is refused, and stays, though it be empty; what was made on the way to it is gone."""
        (self.folder / 'a' / 'b').mkdir(parents=True)
        for command in (*SERIAL, '--out', 'a'), (*SERIAL, '--out', 'a/b'), ('selftest', '--quick', '--out', 'a/b'):
            self.expect_error(command, 'never overwritten')
            self.assertTrue((self.folder / 'a' / 'b').is_dir())

    def test_started_together(self):
        """Each has a folder of its own."""
        runs = [self.start(*SERIAL) for _ in range(6)]
        for run in runs:
            errors = run.communicate(timeout=100)[1]
            self.assertEqual(run.returncode, 0, errors)
        self.assertEqual(len([path for path in (self.folder / 'results').iterdir() if not path.is_symlink()]), 6)

    def test_before_calibrating(self):
        for out in '/proc/out', 'outside/R':
            self.expect_error([*SERIAL, '--out', out], out.split('/')[1])
        self.expect_error(['run', '--filter', 'no-such-cell', '--out', 'a/b'], 'no cell matches')
        self.assertFalse((self.folder / 'a').exists())

    def test_full_disk(self):
        """Told at once, and no folder is left."""
        def mount_disk_of(size):
            new_mounts, new_user, private = 0x20000, 0x10000000, 0x44000
            libc = ctypes.CDLL(None)
            if libc.unshare(new_mounts | (new_user if os.getuid() else 0)) or \
                    libc.mount(b'none', b'/', None, private, None) or \
                    libc.mount(b'none', os.fsencode(self.folder / 'disk'), b'tmpfs', 0, f'size={size}'.encode()):
                raise OSError('unshare or mount')
        (self.folder / 'disk').mkdir()
        for size, words in ('16k', 'nothing can be written there: No space left on device'), \
                ('256k', 'its disk has 0.25 MiB left, some 2 MiB are needed'):
            for command in [*SERIAL, '--out', 'disk/R'], ['selftest', '--out', 'disk/R']:
                try:
                    output, errors = self.crosspoint(*command, preexec_fn=lambda: mount_disk_of(size), code=2)
                except subprocess.SubprocessError:
                    self.skipTest('no mounts of its own here')
                self.assertEqual((output, errors), ('', f'crosspoint: disk/R: {words}\n'))

    def test_interrupted(self):
        """A folder that nothing went into is gone."""
        runner = self.start('run', '--profile', 'full', '--out', 'a/b', '--filter', 'null/empty')
        self.wait_until((self.folder / 'a' / 'b').exists, 'no folder')
        runner.send_signal(signal.SIGINT)
        self.finish(runner, 130)
        self.assertFalse((self.folder / 'a').exists())

    def test_interrupted_selftest(self):
        runner = self.start('selftest', '--only', 'aa', '--out', 'a/b')
        self.wait_until((self.folder / 'a' / 'b').exists, 'no folder')
        runner.send_signal(signal.SIGINT)
        output, errors = self.finish(runner, 130)
        self.assertEqual(output, '')
        self.assertIn('interrupted while calibrating; nothing was measured yet', errors)
        self.assertFalse((self.folder / 'a').exists())


class Bench(Folder):
    BENCH = 'bench', '--benchmark_filter=null/empty/serial', '--benchmark_min_time=0.0001'

    def test_full_disk(self):
        for kind in 'json', 'csv', 'console':
            _, errors = self.crosspoint(*self.BENCH, '--benchmark_out=/dev/full', f'--benchmark_out_format={kind}',
                                        code=2)
            self.assertIn('/dev/full: No space left on device', errors)
        _, errors = self.crosspoint(*self.BENCH, '--benchmark_out=outside', code=2, restore_signals=False,
                                    preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                                        limit_files(256)))
        self.assertRegex(errors, 'crosspoint: .*outside: (File too large|No space left)')
        self.assertEqual(self.outside.read_text(), 'theirs\n')

    def test_link(self):
        """A path that the user typed."""
        (self.folder / 'link').symlink_to('outside')
        self.crosspoint(*self.BENCH, '--benchmark_out=link')
        self.assertTrue((self.folder / 'link').is_symlink())
        self.assertIn('"benchmarks"', self.outside.read_text())


class Many(Folder):
    def test_cells(self):
        """What grows with the square of the cells would take minutes."""
        header, row = (RESULTS / 'samples.csv').read_text().splitlines()[:2]
        cell = next(field for field in row.split(',') if field.startswith('native/'))
        ok = row.split(',')
        where = {name: i for i, name in enumerate(header.split(','))}
        with open(self.results / 'samples.csv', 'w') as file:
            print(header, file=file)
            for i in range(60000):
                fields = list(ok)
                fields[where['cell']] = f'{cell}/n:{i}' if i % 2 else f'native/cpu/w{i}/serial'
                fields[where['block']], fields[where['slot']] = '0', str(i)
                if i % 3 == 0:
                    fields[where['status']], fields[where['reason']] = 'failed', f'reason {i}'
                print(','.join(fields), file=file)
        self.crosspoint('report', 'R')
        self.crosspoint('rules', 'R')
        self.crosspoint('compare', 'R', 'R', code=None)


class Filter(Folder):
    """None makes the C library copy it out until its stack ends."""

    def test_repetitions(self):
        for text in '(((x{1,255}){1,255}){1,255})', '(' * 1000 + ')' * 1000, '(' * 30 + 'x' + '+)' * 30, r'(x)\1':
            self.expect_error(['run', '--filter', text, '--dry-run'], 'filter ')
            self.expect_error(['bench', f'--benchmark_filter={text}'], 'filter ')


if __name__ == '__main__':
    main()
