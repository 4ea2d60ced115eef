# SPDX-License-Identifier: MIT
"""Items from one thread or process to another through a queue: prints how many seconds one takes.

    queues.py queue.Queue|multiprocessing.Queue|Manager().Queue ITEMS PAYLOAD"""

import multiprocessing
import queue
import sys
import threading
import time

fork = multiprocessing.get_context('fork')


def rounds_of(items_all):
    """A warm-up, as long as the driver's, and what counts: the first thousand items take longer than the second."""
    return items_all // 20, items_all


def put_all(items, items_all, payload, both_are_there):
    for count in rounds_of(items_all):
        both_are_there.wait()
        for number in range(count):
            items.put((number, payload))


def take_through(items, worker, barrier, items_all, payload):
    both_are_there = barrier(2)
    other = worker(target=put_all, args=(items, items_all, payload, both_are_there))
    other.start()
    for count in rounds_of(items_all):  # in the first the queue's thread, or the connections to the manager, are made
        begin = time.perf_counter()  # who puts is there by now, and may have put all before this one is woken
        both_are_there.wait()
        for _ in range(count):
            items.get()
        end = time.perf_counter()
    other.join()
    return end - begin


def main():
    count, payload = int(sys.argv[2]), bytes(int(sys.argv[3]))
    if sys.argv[1] == 'queue.Queue':
        taken = take_through(queue.Queue(count), threading.Thread, threading.Barrier, count, payload)
    elif sys.argv[1] == 'multiprocessing.Queue':
        taken = take_through(fork.Queue(count), fork.Process, fork.Barrier, count, payload)
    else:
        with fork.Manager() as manager:
            taken = take_through(manager.Queue(count), fork.Process, fork.Barrier, count, payload)
    print(taken / count)


if __name__ == '__main__':
    main()
