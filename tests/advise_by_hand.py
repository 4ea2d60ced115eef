# SPDX-License-Identifier: MIT
"""Six tasks as users make them: what `advise` chooses, beside what a person finds who measures by hand.

    python3 tests/advise_by_hand.py build/crosspoint [--seconds N] [TASK...]

By hand is: the same number of calls through the standard library's own pools, timed with a clock; in C the plugin's
function under threads and forked processes. Five rounds, each through all of these in another order, so that others on
the machine meet them alike; the median of each. A choice agrees if by hand it is no more than 20 % behind the best by
hand. Not a test: what it prints are timings.
"""

import argparse
import asyncio
import concurrent.futures
import http.server
import importlib
import json
import multiprocessing
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PORT = 18231
UNITS = len(os.sched_getaffinity(0))
ROUNDS = 5
KINDS = 'serial', 'thread', 'process', 'event-loop'

TASKS = f'''
import asyncio, json, time, urllib.request

BIG = json.dumps([{{'number': i, 'text': 'x' * 40}} for i in range(16000)])

def loop():
    total = 0
    for number in range(60000):
        total += number * number
    return total

def nap():
    time.sleep(0.01)

async def nap_async():
    await asyncio.sleep(0.01)

def fetch():
    with urllib.request.urlopen('http://127.0.0.1:{PORT}/') as answer:
        return len(answer.read())

def parse():
    return len(json.loads(BIG))

def half():
    loop()
    time.sleep(0.004)

try:
    import numpy
    A = numpy.random.default_rng(1).random((300, 300))
    def matrix():
        return float((A @ A).sum())
except ImportError:
    pass
'''

PLUGINS = {
    'loop': 'volatile uint64_t s = 0; for (int i = 0; i < 400000; i++) s += (uint64_t)i * i;',
    'nap': 'usleep(5000);',
    'half': 'volatile uint64_t s = 0; for (int i = 0; i < 800000; i++) s += (uint64_t)i * i; usleep(1000);',
}
PLUGIN = '''
#include <stdint.h>
#include <unistd.h>
#ifdef BY_HAND
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
static void body(void) { %(body)s }
static int share;
static void *work(void *none) { for (int i = 0; i < share; i++) body(); return none; }
int main(int argc, char **argv)
{
    int processes = strcmp(argv[1], "process") == 0, workers = atoi(argv[2]), calls = atoi(argv[3]);
    struct timespec a, b;
    pthread_t threads[256];
    share = calls / workers;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < workers; i++)
        if (!processes) pthread_create(&threads[i], 0, work, 0);
        else if (fork() == 0) { work(0); _exit(0); }
    for (int i = 0; i < workers; i++)
        if (!processes) pthread_join(threads[i], 0); else wait(0);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%%f\\n", share * workers / (double)((b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9));
    return argc < 0;
}
#else
#include <crosspoint/workload.h>
static uint64_t task(struct run *run, const struct task *task) { (void)run; %(body)s return task->index + 1; }
CROSSPOINT_WORKLOAD = {.name = "%(name)s", .summary = "made by hand", .task = task};
#endif
'''


class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.01)
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')

    def log_message(self, *_):
        pass


def serve():
    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 256
    Server(('127.0.0.1', PORT), Slow).serve_forever()


def advise(program, seconds, *arguments):
    done = subprocess.run([program, 'advise', '--quiet', '--format', 'json', '--seconds', str(seconds), *arguments],
                          capture_output=True, text=True)
    if done.returncode not in (0, 4):
        sys.exit(f'{arguments}: {done.stderr}')
    advice = json.loads(done.stdout)
    chosen, = (candidate for candidate in advice['candidates'] if candidate['cell'] == advice['choose'])
    return advice, chosen


def rate(calls, run):
    begin = time.perf_counter()
    run(calls)
    return calls / (time.perf_counter() - begin)


def measure(ways):
    """Calls a second of each way, which is a function by kind and workers."""
    found = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way in random.sample(list(ways), len(ways)):
            found[way].append(ways[way]())
    return {way: statistics.median(rates) for way, rates in found.items()}


def ways_in_python(module, name, chosen):
    function, coroutine = getattr(module, name), getattr(module, name + '_async', None)
    once = min(1 / rate(1, lambda _: function()) for _ in range(3))
    waits = name in ('nap', 'fetch')
    calls = max(int(0.3 / once), 2)
    levels = {UNITS, 2 * UNITS} | ({4 * UNITS, 8 * UNITS, 32 * UNITS} if waits or name == 'half' else set())
    ways = {('serial', 1): lambda: rate(calls, lambda n: [function() for _ in range(n)])}

    def pooled(pool_class, workers):
        count = max(calls * (workers if waits else min(workers, UNITS)), 2 * workers)
        with pool_class(workers) as pool:
            list(pool.map(len, [''] * workers))
            return rate(count, lambda n: [f.result() for f in [pool.submit(function) for _ in range(n)]])

    async def gather(count, limit):
        gate = asyncio.Semaphore(limit)

        async def one():
            async with gate:
                await coroutine()
        await asyncio.gather(*(one() for _ in range(count)))

    pools = {'thread': concurrent.futures.ThreadPoolExecutor, 'process': concurrent.futures.ProcessPoolExecutor}
    wanted = {(kind, workers) for kind in pools for workers in levels if kind == 'thread' or workers <= 8 * UNITS}
    for kind, workers in wanted | {chosen}:
        if kind in pools:
            ways[kind, workers] = lambda kind=kind, workers=workers: pooled(pools[kind], workers)
    for workers in levels | {chosen[1]} if coroutine else ():
        ways['event-loop', workers] = lambda workers=workers: rate(calls * workers,
                                                                   lambda n: asyncio.run(gather(n, workers)))
    return ways


def ways_in_c(program, waits, chosen):
    def run(kind, workers):
        calls = 400 * (workers if waits else 1)
        kind = 'thread' if kind == 'serial' else kind
        return float(subprocess.run([program, kind, str(workers), str(calls)], check=True, capture_output=True,
                                    text=True).stdout)

    levels = {1, UNITS, 2 * UNITS} | ({8 * UNITS, 32 * UNITS} if waits else set())
    wanted = {(kind, workers) for kind in ('thread', 'process') for workers in levels} | {('serial', 1), chosen}
    return {way: lambda way=way: run(*way) for way in wanted}


def by_hand(chosen):
    """The kind of the standard library that is the model's, and how many."""
    model = chosen['cell'].split('/')[3]
    return next((kind for kind in KINDS if model.startswith(kind)), model), chosen['in_flight']


def compare(name, advice, chosen, found):
    best, way = max(found, key=found.get), by_hand(chosen)
    if way not in found:
        print(f'{name:12} chosen {chosen["label"]}: no such way by hand', flush=True)
        return
    behind = found[best] / found[way]
    tied = [candidate['label'] for candidate in advice['candidates'] if candidate['tied'] and candidate is not chosen]
    print(f"{name:12} {advice['class']['word']:22} chosen {chosen['label']:32} ({advice['blocks']} blocks, tied: "
          f"{'; '.join(tied) or 'none'}) by hand {best[0]} {best[1]} ({found[best]:.0f}/s), "
          f"the chosen {found[way]:.0f}/s: "
          f"{'agrees' if behind <= 1.2 else 'DIFFERS'}, {behind:.2f}x; others used "
          f"{100 * advice.get('foreign_cpu_fraction', 0):.0f} %", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program', type=os.path.abspath)
    parser.add_argument('tasks', nargs='*')
    parser.add_argument('--seconds', type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        pathlib.Path('mine.py').write_text(TASKS)
        server = multiprocessing.Process(target=serve, daemon=True)
        server.start()
        sys.path.insert(0, folder)
        module = importlib.import_module('mine')
        for name in 'loop', 'nap', 'fetch', 'parse', 'matrix', 'half':
            if not hasattr(module, name) or (options.tasks and name not in options.tasks):
                continue
            advice, chosen = advise(options.program, options.seconds, '--python-task', f'mine:{name}', '--path', folder,
                                    '--out', f'py-{name}')
            compare(f'Python {name}', advice, chosen, measure(ways_in_python(module, name, by_hand(chosen))))
        for name, body in PLUGINS.items():
            if options.tasks and name not in options.tasks:
                continue
            pathlib.Path(f'{name}.c').write_text(PLUGIN % {'name': name, 'body': body})
            include = SOURCE / 'src' / 'include'
            subprocess.run(['cc', '-O2', '-shared', '-fPIC', f'-I{include}', f'{name}.c', '-o', f'{name}.so'], check=True)
            subprocess.run(['cc', '-O2', '-DBY_HAND', f'{name}.c', '-o', name, '-pthread'], check=True)
            advice, chosen = advise(options.program, options.seconds, '--plugin', f'{name}.so', '--out', f'c-{name}')
            compare(f'C {name}', advice, chosen, measure(ways_in_c(f'./{name}', name != 'loop', by_hand(chosen))))
        server.terminate()


if __name__ == '__main__':
    main()
