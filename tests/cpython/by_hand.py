# SPDX-License-Identifier: MIT
"""The documents' own experiments, done as they do them, and beside each ratio that of the driver's cells.

    python3 tests/cpython/by_hand.py [--check] [--rounds N]

For people, on a quiet machine: it asserts nothing unless it is asked to (--check: within 15 %)."""

import argparse
import asyncio
import concurrent.futures
import json
import multiprocessing
import queue
import statistics
import sys
import threading
import time

import harness

TOLERANCE = 0.15
TERMS, SLEEPS, STARTS, ITEMS = 2000000, 100, 20, 1000
PAYLOAD = 64
SLEEP_S = 0.01
WARM_UPS = 2


def sum_squares(number):
    total = 0
    for n in range(number * TERMS, (number + 1) * TERMS):
        total += n * n
    return total


def nothing():
    pass


def timed(function, *arguments):
    begin = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begin


def timed_warm(function):
    """As the driver does: the first times are another matter, of a pool's threads as of a queue's."""
    for _ in range(WARM_UPS):
        function()
    return timed(function)


# By hand: seconds

def compute_in(pool, workers):
    with pool(workers) as executor:
        list(executor.map(abs, range(workers)))  # they are there
        return timed(lambda: list(executor.map(sum_squares, range(4))))


def compute_in_threads():
    return compute_in(concurrent.futures.ThreadPoolExecutor, len(harness.UNITS))


def compute_in_processes():
    return compute_in(multiprocessing.get_context('fork').Pool, len(harness.UNITS))


def sleep_in_turn():
    return timed(lambda: [time.sleep(SLEEP_S) for _ in range(SLEEPS)])


def sleep_in_threads():
    with concurrent.futures.ThreadPoolExecutor(SLEEPS) as executor:
        return timed_warm(lambda: list(executor.map(time.sleep, [SLEEP_S] * SLEEPS)))


def sleep_in_a_loop():
    async def all_of_them():
        await asyncio.gather(*(asyncio.sleep(SLEEP_S) for _ in range(SLEEPS)))
    return timed(asyncio.run, all_of_them())


def start_by(method):
    context = multiprocessing.get_context(method)

    def start():
        process = context.Process(target=nothing)
        process.start()
        process.join()
    start()  # the server, the resource tracker
    return timed(lambda: [start() for _ in range(STARTS)])


def put_all(items, both_are_there):
    for _ in range(WARM_UPS + 1):
        both_are_there.wait()
        for number in range(ITEMS):
            items.put((number, bytes(PAYLOAD)))


def get_all(items, source, worker):
    both_are_there = source.Barrier(2)
    put_by = worker(target=put_all, args=(items, both_are_there))
    put_by.start()

    def get():
        both_are_there.wait()
        for _ in range(ITEMS):
            items.get()
    seconds = timed_warm(get)
    put_by.join()
    return seconds


def through_threads():
    items = queue.Queue(ITEMS)
    return get_all(items, threading, threading.Thread)


def through_processes(items):
    context = multiprocessing.get_context('fork')
    return get_all(items, context, context.Process)


def through_queue():
    return through_processes(multiprocessing.get_context('fork').Queue(ITEMS))


def through_manager():
    with multiprocessing.Manager() as manager:
        return through_processes(manager.Queue(ITEMS))


# The driver's cells: seconds an item

def cell(family, name, model, items, in_flight=1, **params):
    workload = {'family': family, 'name': name,
                'params': [{'key': key, 'default': value} for key, value in params.items()]}
    asked = dict(harness.cell_of(workload, model, items, in_flight), params=params, worker_units=[])  # as by hand
    code, said, errors = harness.launch(asked)
    if code or '"wall_ns"' not in said[-1]:
        sys.exit(f"{asked['cell']}: {errors or said}")
    result = json.loads(said[-1])
    return result['wall_ns'] / 1e9 / result['items']


def computing(model):
    return cell('cpu', 'sum-squares', model, 4, len(harness.UNITS), terms=str(TERMS))


def sleeping(model):
    return cell('io', 'sleep', model, SLEEPS, SLEEPS, **{'wait-ms': str(round(SLEEP_S * 1000))})


def starting(method):
    return cell('create', 'exec', 'serial', STARTS, start=method, **{'resident-mib': '1'})


def sending(model, way):
    return cell('comm', 'transfer', model, ITEMS, 2, payload=str(PAYLOAD), via=way)


# What it is, how long a worse and a better one take by hand, and by the driver.
EXPERIMENTS = [
    ('4 computations: threads / processes', compute_in_threads, compute_in_processes,
     lambda: computing('thread-pool'), lambda: computing('process-pool')),
    (f'{SLEEPS} sleeps: in turn / threads', sleep_in_turn, sleep_in_threads,
     lambda: sleeping('serial'), lambda: sleeping('thread-pool')),
    (f'{SLEEPS} sleeps: in turn / asyncio', sleep_in_turn, sleep_in_a_loop,
     lambda: sleeping('serial'), lambda: sleeping('event-loop')),
    (f'{STARTS} starts: spawn / fork', lambda: start_by('spawn'), lambda: start_by('fork'),
     lambda: starting('spawn'), lambda: starting('fork')),
    (f'{STARTS} starts: spawn / forkserver', lambda: start_by('spawn'), lambda: start_by('forkserver'),
     lambda: starting('spawn'), lambda: starting('forkserver')),
    (f'{ITEMS} items: multiprocessing.Queue / queue.Queue', through_queue, through_threads,
     lambda: sending('process-pool', 'queue'), lambda: sending('thread-pool', 'memory')),
    (f'{ITEMS} items: Manager().Queue / queue.Queue', through_manager, through_threads,
     lambda: sending('process-pool', 'manager'), lambda: sending('thread-pool', 'memory')),
]


def ratio(worse, better, rounds):
    """The median over rounds, in each of which both are run."""
    return statistics.median(worse() / better() for _ in range(rounds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help=f'fail where the two differ by more than {TOLERANCE:.0%}')
    parser.add_argument('--rounds', type=int, default=5)
    options = parser.parse_args()
    apart = 0
    print(f"{'':48} by hand   driver   apart")
    for title, worse, better, cell_worse, cell_better in EXPERIMENTS:
        by_hand, by_driver = ratio(worse, better, options.rounds), ratio(cell_worse, cell_better, options.rounds)
        difference = by_driver / by_hand - 1
        apart += abs(difference) > TOLERANCE
        print(f'{title:48} {by_hand:7.2f} {by_driver:8.2f} {difference:+7.0%}', flush=True)
    sys.exit(bool(options.check and apart))


if __name__ == '__main__':
    main()
