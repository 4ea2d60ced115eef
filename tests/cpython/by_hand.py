# SPDX-License-Identifier: MIT
"""The documents' own experiments, done as they do them, and beside each ratio that of the driver's cells.

    python3 tests/cpython/by_hand.py [--check] [--rounds N] [WORD ...]

documents/ has the scripts. Each runs in an interpreter of its own, as its cell does: what is imported beside it would
be imported again by each process that is spawned, and be part of what a fork copies. In each round all four are run,
in random order. For people, on a quiet machine: it asserts nothing unless it is asked to (--check: within 15 %).

What is left differs on purpose, and is small: the driver checks its work, and takes the time of each sleep."""

import argparse
import json
import random
import statistics
import subprocess
import sys

import harness

TOLERANCE = 0.15
TERMS, SLEEPS, STARTS, ITEMS = 2000000, 100, 20, 1000
PAYLOAD = 64
SLEEP_S = 0.01
WORKERS = len(harness.UNITS)


def by_hand(script, *arguments):
    """Seconds an item that a script of documents/ prints."""
    command = [harness.PYTHON, str(harness.HERE / 'documents' / script), *map(str, arguments)]
    return float(subprocess.run(command, env=harness.ENVIRONMENT, check=True, capture_output=True, text=True,
                                timeout=harness.LIMIT_S).stdout)


def by_driver(described, name, model, items, in_flight, params):
    """Seconds an item that the driver says, started with the options that crosspoint would give it."""
    family, workload_name = name.split('/')
    workload, = (each for each in described['workloads']
                 if (each['family'], each['name']) == (family, workload_name))
    asked = dict(harness.cell_of(workload, model, items, in_flight, **params), worker_units=[])  # as by hand
    code, said, errors = harness.launch(asked, options=workload.get('options', described['options']))
    if code or '"wall_ns"' not in said[-1]:
        sys.exit(f"{asked['cell']}: {errors or said}")
    result = json.loads(said[-1])
    return result['wall_ns'] / 1e9 / result['items']


# Each: arguments of by_hand(), and those of by_driver() after the first.

def computing(pool, model):
    return (('computations.py', pool, WORKERS, TERMS),
            ('cpu/sum-squares', model, 4, WORKERS, {'terms': str(TERMS)}))


def sleeping(how, model):
    return (('sleeps.py', how, SLEEPS, SLEEP_S),
            ('io/sleep', model, SLEEPS, SLEEPS, {'wait-ms': str(round(SLEEP_S * 1000))}))


def starting(method):
    return (('starts.py', method, STARTS),
            ('create/exec', 'serial', STARTS, 1, {'start': method, 'resident-mib': '1'}))


def sending(kind, model, way):
    return (('queues.py', kind, ITEMS, PAYLOAD),
            ('comm/transfer', model, ITEMS, 2, {'payload': str(PAYLOAD), 'via': way}))


IN_TURN, THREAD_QUEUE = sleeping('in-turn', 'serial'), sending('queue.Queue', 'thread-pool', 'memory')
# What it is, the worse one, the better one.
EXPERIMENTS = [
    ('4 computations: threads / processes',
     computing('threads', 'thread-pool'), computing('processes', 'process-pool')),
    (f'{SLEEPS} sleeps: in turn / threads', IN_TURN, sleeping('threads', 'thread-pool')),
    (f'{SLEEPS} sleeps: in turn / asyncio', IN_TURN, sleeping('asyncio', 'event-loop')),
    (f'{STARTS} starts: spawn / fork', starting('spawn'), starting('fork')),
    (f'{STARTS} starts: spawn / forkserver', starting('spawn'), starting('forkserver')),
    (f'{ITEMS} items: multiprocessing.Queue / queue.Queue',
     sending('multiprocessing.Queue', 'process-pool', 'queue'), THREAD_QUEUE),
    (f'{ITEMS} items: Manager().Queue / queue.Queue',
     sending('Manager().Queue', 'process-pool', 'manager'), THREAD_QUEUE),
]


class Arms:
    """The four of an experiment, and what each took, round by round."""

    def __init__(self, described, worse, better):
        self.arms = {('hand', 'worse'): lambda: by_hand(*worse[0]), ('hand', 'better'): lambda: by_hand(*better[0]),
                     ('driver', 'worse'): lambda: by_driver(described, *worse[1]),
                     ('driver', 'better'): lambda: by_driver(described, *better[1])}
        self.seconds = {arm: [] for arm in self.arms}

    def round(self):
        for arm in random.sample(list(self.arms), len(self.arms)):
            self.seconds[arm].append(self.arms[arm]())

    def ratios(self, who):
        return [worse / better for worse, better in zip(self.seconds[who, 'worse'], self.seconds[who, 'better'])]

    def difference(self):
        """Of the medians of the rounds' ratios."""
        return statistics.median(self.ratios('driver')) / statistics.median(self.ratios('hand')) - 1

    def overlap(self):
        """Whether the rounds' ratios do: then what differs may be the machine's scatter."""
        hand, driver = self.ratios('hand'), self.ratios('driver')
        return max(min(hand), min(driver)) <= min(max(hand), max(driver))

    def show(self, title):
        difference = self.difference()
        apart = 'agree' if abs(difference) <= TOLERANCE else 'ranges overlap' if self.overlap() else 'apart'
        print(f'{title}: {difference:+.0%}, {apart}')
        for who in 'hand', 'driver':
            ratios = self.ratios(who)
            worse, better = (1e6 * statistics.median(self.seconds[who, side]) for side in ('worse', 'better'))
            print(f'  by {who:6} {statistics.median(ratios):8.2f}  ({min(ratios):.2f} to {max(ratios):.2f})   '
                  f'{worse:10.1f} / {better:.1f} us an item', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help=f'fail where the two differ by more than {TOLERANCE:.0%}')
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('words', nargs='*', metavar='WORD', help='only experiments whose name has one of these')
    options = parser.parse_args()
    described, apart = harness.describe(), 0
    print('Median ratio (range over rounds), median times; in all rounds all four are run, in random order.')
    for title, worse, better in EXPERIMENTS:
        if options.words and not any(word in title for word in options.words):
            continue
        arms = Arms(described, worse, better)
        for _ in range(options.rounds):
            arms.round()
        arms.show(title)
        apart += abs(arms.difference()) > TOLERANCE
    sys.exit(bool(options.check and apart))


if __name__ == '__main__':
    main()
