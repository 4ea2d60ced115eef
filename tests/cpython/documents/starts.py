# SPDX-License-Identifier: MIT
"""Processes started and awaited, one after the other: prints how many seconds one takes.

    starts.py fork|spawn|forkserver STARTS"""

import multiprocessing
import sys
import time


def nothing():
    pass


def start(context):
    process = context.Process(target=nothing)
    process.start()
    process.join()


def main():
    context, starts = multiprocessing.get_context(sys.argv[1]), int(sys.argv[2])
    start(context)  # the fork server and the resource tracker are there
    begin = time.perf_counter()
    for _ in range(starts):
        start(context)
    print((time.perf_counter() - begin) / starts)


if __name__ == '__main__':
    main()
