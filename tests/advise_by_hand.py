# SPDX-License-Identifier: MIT
"""Six tasks as users make them: what `advise` chooses, beside what a person finds who measures by hand.

    python3 tests/advise_by_hand.py build/crosspoint [--seconds N] [TASK...]

By hand is: the same number of calls through the standard library's own pools, timed with a clock, the best of three; in C
the plugin's function under threads and forked processes. A choice agrees if by hand it is no more than 20 % behind the
best by hand. Not a test: what it prints are timings.
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
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PORT = 18231
UNITS = len(os.sched_getaffinity(0))

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


def by_hand_python(module, name):
    """Calls a second by model and workers."""
    function, coroutine = getattr(module, name), getattr(module, name + '_async', None)
    once = time.perf_counter()
    function()
    once = time.perf_counter() - once
    waits = name in ('nap', 'fetch')
    found = {}

    def pooled(pool_class, workers):
        calls = max(int(0.3 / once) * (workers if waits else min(workers, UNITS)), 2 * workers)
        with pool_class(workers) as pool:
            list(pool.map(len, [''] * workers))
            return max(rate(calls, lambda n: [f.result() for f in [pool.submit(function) for _ in range(n)]])
                       for _ in range(3))

    async def gather(calls, limit):
        gate = asyncio.Semaphore(limit)

        async def one():
            async with gate:
                await coroutine()
        await asyncio.gather(*(one() for _ in range(calls)))

    calls = max(int(0.3 / once), 2)
    found['serial', 1] = max(rate(calls, lambda n: [function() for _ in range(n)]) for _ in range(3))
    for workers in sorted({UNITS, 2 * UNITS} | ({4 * UNITS, 8 * UNITS, 32 * UNITS} if waits or name == 'half' else set())):
        found['thread', workers] = pooled(concurrent.futures.ThreadPoolExecutor, workers)
        if workers <= 8 * UNITS:
            found['process', workers] = pooled(concurrent.futures.ProcessPoolExecutor, workers)
        if coroutine:
            found['event-loop', workers] = max(rate(calls * workers, lambda n, w=workers: asyncio.run(gather(n, w)))
                                               for _ in range(3))
    return found


def by_hand_c(program, waits):
    found = {}
    for kind in 'thread', 'process':
        for workers in {1, UNITS, 2 * UNITS} | ({8 * UNITS, 32 * UNITS} if waits else set()):
            calls = 400 * (workers if waits else 1)
            found[kind, workers] = max(float(subprocess.run([program, kind, str(workers), str(calls)], check=True,
                                                            capture_output=True, text=True).stdout) for _ in range(3))
    found['serial', 1] = found['thread', 1]
    return found


def compare(name, advice, chosen, found):
    model, workers = chosen['cell'].split('/')[3], chosen['in_flight']
    kind = next((kind for kind in ('serial', 'thread', 'process', 'event-loop') if model.startswith(kind)), model)
    best = max(found, key=found.get)
    same = [key for key in found if key[0] == kind]
    near = min(same, key=lambda key: abs(key[1] - workers)) if same else None
    behind = found[best] / found[near] if near else float('nan')
    word = 'agrees' if behind <= 1.2 else 'DIFFERS'
    print(f"{name:12} {advice['class']['word']:22} chosen {chosen['label']:32} by hand {best[0]} {best[1]} "
          f"({found[best]:.0f}/s), the chosen {found[near] if near else float('nan'):.0f}/s: {word}, {behind:.2f}x; "
          f"others used {100 * advice.get('foreign_cpu_fraction', 0):.0f} %", flush=True)


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
            compare(f'Python {name}', advice, chosen, by_hand_python(module, name))
        for name, body in PLUGINS.items():
            if options.tasks and name not in options.tasks:
                continue
            pathlib.Path(f'{name}.c').write_text(PLUGIN % {'name': name, 'body': body})
            include = SOURCE / 'src' / 'include'
            subprocess.run(['cc', '-O2', '-shared', '-fPIC', f'-I{include}', f'{name}.c', '-o', f'{name}.so'], check=True)
            subprocess.run(['cc', '-O2', '-DBY_HAND', f'{name}.c', '-o', name, '-pthread'], check=True)
            advice, chosen = advise(options.program, options.seconds, '--plugin', f'{name}.so', '--out', f'c-{name}')
            compare(f'C {name}', advice, chosen, by_hand_c(f'./{name}', name != 'loop'))
        server.terminate()


if __name__ == '__main__':
    main()
