# SPDX-License-Identifier: MIT
"""One that wakes all others."""

import threading

import machine
from workload import SIDE_BY_SIDE, Param, Workload, sum_of_indices

ANNOUNCED, UNWOKEN, WAKE_UPS, WORDS = range(4)


class Conditions:
    """Two on one lock: of those who wait for a number, and of the one who waits for answers."""

    def __init__(self, run, words):
        source = run.context if run.processes else threading
        lock = source.Lock()
        self.words, self.announced, self.answered = words, source.Condition(lock), source.Condition(lock)

    def announce(self, number, waiters):
        with self.announced:
            self.words[ANNOUNCED], self.words[UNWOKEN] = number, waiters
            self.announced.notify_all()

    def await_announced(self, number):
        with self.announced:
            while self.words[ANNOUNCED] < number:
                self.announced.wait()
            return self.words[ANNOUNCED]

    def answer(self, number):
        with self.answered:
            self.words[WAKE_UPS] += 1
            self.words[UNWOKEN] -= 1
            if not self.words[UNWOKEN]:
                self.answered.notify()

    def await_answered(self):
        with self.answered:
            while self.words[UNWOKEN]:
                self.answered.wait()


class Events:
    """Two in turn for numbers, else who is quick could be let through twice; and one for answers."""

    def __init__(self, run, words):
        source = run.context if run.processes else threading
        self.words, self.lock = words, source.Lock()
        self.go, self.answered = [source.Event(), source.Event()], source.Event()

    def announce(self, number, waiters):
        self.words[ANNOUNCED], self.words[UNWOKEN] = number, waiters
        self.go[number % 2].set()

    def await_announced(self, number):
        self.go[number % 2].wait()
        return self.words[ANNOUNCED]

    def answer(self, number):
        with self.lock:
            self.words[WAKE_UPS] += 1
            self.words[UNWOKEN] -= 1
            last = not self.words[UNWOKEN]
        if last:
            self.go[number % 2].clear()
            self.answered.set()

    def await_answered(self):
        self.answered.wait()
        self.answered.clear()


class Signal(Workload):
    """Announces a number, on which each of the others sleeps and which it notes; the last of them wakes the one."""

    family, name = 'sync', 'signal'
    summary = 'one task wakes all others, and the last of them wakes it'
    item = 'round'
    params = (Param('via', 'condition', 'what tasks sleep on: Condition, or Event', choices='condition|event'),
              Param('waiters', 4, 'tasks that are woken'))
    models = SIDE_BY_SIDE
    roles = 1, 'waiters'
    together = True

    def prepare(self, run):
        _, self.words = machine.shared_words(WORDS)
        self.waiters = run.number('waiters')
        self.way = (Conditions if run.key('via') == 'condition' else Events)(run, self.words)

    def task(self, run, index, worker):
        run.arrive()
        return self.wake(run.items) if index == 0 else self.be_woken(run.items)

    def wake(self, items):
        for number in range(1, items + 1):
            self.way.announce(number, self.waiters)
            self.way.await_answered()
        return self.words[WAKE_UPS]

    def be_woken(self, items):
        total = 0
        for number in range(1, items + 1):
            total += self.way.await_announced(number)
            self.way.answer(number)
        return total

    def account(self, run, items):
        """What the waiters have noted, and how often one was woken."""
        self.words[ANNOUNCED] = self.words[WAKE_UPS] = 0
        return self.waiters * sum_of_indices(items) + self.waiters * items
