# SPDX-License-Identifier: MIT
"""Four computations in a pool of threads or of processes: prints how many seconds one takes.

    computations.py threads|processes WORKERS TERMS"""

import multiprocessing
import sys
import time
from concurrent.futures import ThreadPoolExecutor

COMPUTATIONS = 4


def sum_squares(number, terms):
    total = 0
    for n in range(number * terms, (number + 1) * terms):
        total += n * n
    return total


def main():
    workers, terms = map(int, sys.argv[2:])
    jobs = [(number, terms) for number in range(COMPUTATIONS)]
    if sys.argv[1] == 'threads':
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(sum_squares, range(workers), [1] * workers))  # its threads are there
            begin = time.perf_counter()
            list(pool.map(sum_squares, *zip(*jobs)))
            end = time.perf_counter()
    else:
        with multiprocessing.get_context('fork').Pool(workers) as pool:
            pool.starmap(sum_squares, [(number, 1) for number in range(workers)])
            begin = time.perf_counter()
            pool.starmap(sum_squares, jobs)
            end = time.perf_counter()
    print((end - begin) / COMPUTATIONS)


if __name__ == '__main__':
    main()
