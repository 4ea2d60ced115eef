# SPDX-License-Identifier: MIT
"""A history of real sessions with one slowdown made on purpose: does `track` name its commit, and nothing without it?

    python3 tests/track_by_hand.py [--sessions 30] [--percent 10] [--work DIR]

In a clone of this tree each session has a commit of its own and is built there. The first half is of the tree as it is;
then sessions with cpu/sum-squares made slower by so many percent take turns with sessions without. Both histories share
the first half. `track` is asked after each session, as a job in CI would: it must tell the slowdown at its commit within
the sessions that confirm one, of its cells alone, and nothing in the other history. Not a test: it takes minutes, and
what else the machine does is in it.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
SLOWED = 'cpu/sum-squares'
# Most are not slowed: what all cells share is no step of theirs.
CELLS = (f'native/(({SLOWED}|cpu/(chase|chunks|image|stream))/(serial|thread-pool/workers:[0-9]+)|sync/counter/serial|'
         'comm/queue/thread-pool)/place:compact$')
DISTURBED, TRIES = 3, 10  # its exit code; how often a session is tried
ALARMS = 'slower', 'failing'  # what makes a job fail
CONFIRM = 3
TASK = 'bench/cpu_sum_squares.c'
ANCHOR = '    for (uint64_t number = task->index'
# Before it, so many more terms, whose sum comes to nothing.
SLOWER = """    for (uint64_t more = 0; more < terms * {percent} / 100; more++)
        sum = sum * one + more * more;
    sum *= one - 1;
"""


def call(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


class History:
    def __init__(self, work, percent):
        self.work, self.percent, self.like = work, percent, None
        self.source, self.build = work / 'source', work / 'build'
        call('git', 'clone', '--quiet', '--no-tags', SOURCE, self.source)
        self.git('config', 'user.name', 'nobody')
        self.git('config', 'user.email', 'nobody@localhost')
        call('meson', 'setup', '--buildtype=release', self.build, self.source)
        self.tree = self.git('rev-parse', 'HEAD').strip()

    def git(self, *arguments):
        return call('git', '-C', self.source, *arguments)

    def commit(self, text, slower):
        """The tree as it is, or made slower: a commit, and its build."""
        task = self.source / TASK
        original = self.git('show', f'{self.tree}:{TASK}')
        assert original.count(ANCHOR) == 1, f'{TASK} has changed'
        task.write_text(original.replace(ANCHOR, SLOWER.format(percent=self.percent) + ANCHOR) if slower else original)
        self.git('commit', '--quiet', '--allow-empty', '-am', text)
        call('ninja', '-C', self.build, 'crosspoint')
        return self.git('rev-parse', 'HEAD').strip()

    def measure(self, *folders):
        """A session, in one folder and copies of it."""
        first = self.work / folders[0]
        first.parent.mkdir(exist_ok=True)
        like = ('--like', self.like) if self.like else ()
        command = (self.build / 'crosspoint', 'run', '--quiet', '--profile', 'quick', '--runtime', 'native',
                   '--blocks', '6', '--launch-ms', '20', '--filter', CELLS, '--out', first, *like)
        begin = time.monotonic()
        for _ in range(TRIES):
            code = subprocess.run(command, stdout=subprocess.PIPE).returncode
            if code != DISTURBED:
                break
            shutil.rmtree(first)
        if code:
            raise SystemExit(f'{first}: run exits with {code}')
        self.like = self.like or first
        for folder in folders[1:]:
            (self.work / folder).parent.mkdir(exist_ok=True)
            call('cp', '-r', first, self.work / folder)
        print(f'{folders[0]}: {time.monotonic() - begin:.1f} s', flush=True)

    def track(self, name):
        """What it tells now: alarms as (cell, commit), and the rest in words."""
        done = subprocess.run([self.build / 'crosspoint', 'track', self.work / name, '--format', 'json'],
                              stdout=subprocess.PIPE, text=True)
        alarms = set()
        for row in json.loads(done.stdout)['cells']:
            if row['verdict'] in ALARMS:
                alarms.add((row['cell'], row['commit']))
            if row['ratio']:
                print(f'    {row["verdict"]}: {row["cell"]} {row["ratio"]:.3f}x since {row["commit"][:10]}', flush=True)
        return alarms


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('--sessions', type=int, default=30)
    parser.add_argument('--percent', type=int, default=10)
    parser.add_argument('--work', type=pathlib.Path, help='kept; must not exist')
    options = parser.parse_args()
    if options.work:
        options.work.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as made:
        history = History((options.work or pathlib.Path(made)).absolute(), options.percent)
        before, culprit, found, wrong = options.sessions // 2, None, set(), set()
        for i in range(before):
            history.commit(f'Session {i + 1}', slower=False)
            history.measure(f'with/{i + 1:02}', f'without/{i + 1:02}')
            wrong |= history.track('with')
        for i in range(before, options.sessions):
            commit = history.commit(f'Session {i + 1}, slower', slower=True)
            culprit = culprit or commit
            history.measure(f'with/{i + 1:02}')
            alarms = history.track('with')
            found |= {cell for cell, since in alarms
                      if i < before + CONFIRM and SLOWED in cell and culprit.startswith(since)}
            wrong |= {(cell, since) for cell, since in alarms if SLOWED not in cell or not culprit.startswith(since)}
            history.commit(f'Session {i + 1}', slower=False)
            history.measure(f'without/{i + 1:02}')
            wrong |= history.track('without')
    print(f'\nmade slower by {options.percent} %: {culprit}\nfound within {CONFIRM} sessions: {sorted(found)}\n'
          f'wrong alarms: {sorted(wrong)}')
    right = found and not wrong
    print('right' if right else 'wrong')
    return 0 if right else 1


if __name__ == '__main__':
    sys.exit(main())
