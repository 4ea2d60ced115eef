# SPDX-License-Identifier: MIT
"""Producers and consumers."""

import queue

from work import work_steps
from workload import SIDE_BY_SIDE, Param, Skip, Workload, sum_of_indices

END = None  # the sentinel; messages count from 1


class Tally:
    """How many have come so far."""

    def __init__(self, context):
        self.count = context.Value('Q', 0)

    def come(self):
        """Returns the number of who calls, from 1."""
        with self.count.get_lock():
            self.count.value += 1
            return self.count.value

    def forget(self):
        self.count.value = 0


class Queue(Workload):
    """A producer puts `burst` messages, then works for all of them; a consumer works for each.

    What a producer of multiprocessing's queue has put may still be on its way when another's sentinel is in the queue:
    each producer puts a sentinel of its own, and the consumer that has the last of them sends the others home. The
    sentinel of a LifoQueue would be taken first: there, and with end:join, the last producer awaits join() before."""

    family, name = 'comm', 'queue'
    summary = 'producers and consumers with a bounded queue between them; value: time limits that passed'
    item, value_unit = 'message', 'timeouts'
    params = (Param('burst', 1, 'messages that a producer puts at a time'),
              Param('capacity', 64, 'messages that the queue holds'),
              Param('consumers', 1, 'workers that take messages'),
              Param('end', 'sentinel', 'what ends the consumers: a last message, or the count of open messages, '
                    'task_done() and join()', choices='sentinel|join'),
              Param('order', 'fifo', 'which message is taken first: queue.Queue or JoinableQueue, or LifoQueue',
                    choices='fifo|lifo'),
              Param('producers', 1, 'workers that put messages'),
              Param('timeout-ms', 0, 'a put or get that waits longer gives up, is counted, and tries again; 0: never',
                    least=0),
              Param('work', 0, 'steps of work a message, on each side', least=0))
    models = SIDE_BY_SIDE
    roles = 'producers', 'consumers'
    together = True

    def prepare(self, run):
        capacity, lifo = run.number('capacity'), run.key('order') == 'lifo'
        if lifo and run.processes:
            raise Skip('multiprocessing has no LifoQueue')
        kind = run.context.JoinableQueue if run.processes else queue.LifoQueue if lifo else queue.Queue
        self.queue = kind(capacity)
        self.producers, self.consumers = run.number('producers'), run.number('consumers')
        self.joins = lifo or run.key('end') == 'join'
        self.timeout_s = run.number('timeout-ms') / 1000 or None
        self.burst, self.work = run.number('burst'), run.number('work')
        self.ended, self.sentinels, self.gone = [Tally(run.context) for _ in range(3)]

    def within(self, run, worker, action):
        """Tries until it has not waited too long."""
        while True:
            try:
                return action()
            except (queue.Full, queue.Empty):
                run.add(1, worker)

    def put(self, run, worker, message):
        if self.timeout_s is None:
            self.queue.put(message)
        else:
            self.within(run, worker, lambda: self.queue.put(message, timeout=self.timeout_s))

    def get(self, run, worker):
        if self.timeout_s is None:
            return self.queue.get()
        return self.within(run, worker, lambda: self.queue.get(timeout=self.timeout_s))

    def produce(self, run, producer, worker):
        first, end = (run.items * part // self.producers for part in (producer, producer + 1))
        for begin in range(first, end, self.burst):
            burst_end = min(begin + self.burst, end)
            for message in range(begin + 1, burst_end + 1):
                self.put(run, worker, message)
            work_steps((burst_end - begin) * self.work, begin)
        if not self.joins:
            self.queue.put(END)
        elif self.ended.come() == self.producers:
            self.queue.join()
            self.queue.put(END)

    def is_last(self):
        """Of a sentinel."""
        return self.sentinels.come() >= (1 if self.joins else self.producers)

    def consume(self, run, worker):
        total = 0
        while True:
            message = self.get(run, worker)
            if message is END and self.is_last():
                break
            if message is not END:
                work_steps(self.work, message)
                total += message
            if self.joins:
                self.queue.task_done()
        if self.gone.come() < self.consumers:
            self.queue.put(END)
        if self.joins:
            self.queue.task_done()
        return total

    def task(self, run, index, worker):
        run.arrive()
        if index >= self.producers:
            return self.consume(run, worker)
        self.produce(run, index, worker)
        return 0

    def account(self, run, items):
        run.value = run.sum()
        for tally in self.ended, self.sentinels, self.gone:
            tally.forget()
        return sum_of_indices(items)
