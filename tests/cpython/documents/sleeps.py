# SPDX-License-Identifier: MIT
"""Sleeps in turn, in a pool of as many threads, or in asyncio: prints how many seconds one takes.

    sleeps.py in-turn|threads|asyncio SLEEPS SECONDS"""

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def in_turn(sleeps, seconds):
    begin = time.perf_counter()
    for _ in range(sleeps):
        time.sleep(seconds)
    return time.perf_counter() - begin


def in_threads(sleeps, seconds):
    with ThreadPoolExecutor(sleeps) as pool:
        all_are_there = threading.Barrier(sleeps)  # a thread that is free again would spare the pool another
        list(pool.map(lambda _: all_are_there.wait(), range(sleeps)))
        begin = time.perf_counter()
        list(pool.map(time.sleep, [seconds] * sleeps))
        return time.perf_counter() - begin


async def in_loop(sleeps, seconds):
    for _ in range(2):  # the first time it is all new to the interpreter
        begin = time.perf_counter()
        await asyncio.gather(*(asyncio.sleep(seconds) for _ in range(sleeps)))
        end = time.perf_counter()
    return end - begin


def main():
    sleeps, seconds = int(sys.argv[2]), float(sys.argv[3])
    if sys.argv[1] == 'asyncio':
        taken = asyncio.run(in_loop(sleeps, seconds))
    else:
        taken = {'in-turn': in_turn, 'threads': in_threads}[sys.argv[1]](sleeps, seconds)
    print(taken / sleeps)


if __name__ == '__main__':
    main()
