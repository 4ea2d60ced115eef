# SPDX-License-Identifier: MIT
"""What a workload is: the interface of families/*.py, after src/engine/workload.h.

A workload is a class of some lines that stands in the WORKLOADS of families/FAMILY.py, which is imported for the cells
of that family only; asyncio and other large modules come by lazy.py:

    class Sleep(Workload):
        family, name = 'io', 'sleep'
        summary = 'a wait of 10 ms'
        params = (Param('wait-ms', 10, 'length of a wait in milliseconds'),)
        waits = True

        def prepare(self, run):                  # once, before the workers: run.data is inherited by them
            run.data = run.number('wait-ms') / 1000

        def task(self, run, index, worker):      # one task, blocking; returns its checksum
            time.sleep(run.data)
            return index + 1

        async def task_async(self, run, index):  # optional: the same in an event loop
            await asyncio.sleep(run.data)
            return index + 1

        def account(self, run, items):           # the proof: what the checksums add up to, another way
            return sum_of_indices(items)

What run has is in run.py: keys (run.key, run.number), run.workers, run.conc, run.items (of this round), run.processes,
run.add and run.sum (a sum over all tasks), run.arrive (together), run.clock_start and run.clock_stop (sets_clock),
run.value and run.figures (set by account), run.leave (mortal), run.generator (a process that loads the work
from outside), run.context (multiprocessing, with fork).

- A worker's process is forked, and run.data with it: what tasks change is to be shared (multiprocessing.Value, pipes,
  run.context.Queue ...), made in prepare(). Under interpreter-pool prepare() is called in each interpreter.
- `together`: one task a worker, whose index is its role; each calls run.arrive() (or awaits run.arrive_async()), the
  last to arrive starts the clock, the last completion stops it. run.items is then the work of all.
- A child that a workload makes itself calls machine.die_with(PARENT'S PID) first: nothing may outlive the driver.
- Workloads do not name models, but for `models`.
- Skip(reason) may be raised anywhere before the clock: the cell cannot run here.
"""

THREADS = 'thread-per-task', 'thread-pool'
PROCESSES = 'process-per-task', 'process-pool', 'process-pool-executor'
SIDE_BY_SIDE = THREADS + PROCESSES
ALL = ('serial',) + SIDE_BY_SIDE + ('event-loop',)
INTERPRETERS = 'interpreter-pool',

WORD = (1 << 64) - 1  # checksums are modulo 2^64


class Skip(Exception):
    """The cell cannot run here, and why."""


class Param:
    """A key of a workload's cells: choices ('a|b'), or a whole number from least on."""

    def __init__(self, key, default, summary, choices=None, least=1):
        self.key, self.default, self.summary, self.choices, self.least = key, str(default), summary, choices, least

    def describe(self):
        """As in docs/runtime.md."""
        about = {'key': self.key, 'default': self.default, 'summary': self.summary}
        about.update({'choices': self.choices} if self.choices else {'min': self.least})
        return about


class Workload:
    """Does one thing. What is None, False or empty here is optional."""

    family = name = summary = None  # Required
    item = value_unit = cell_default = items = None
    options = None    # what the interpreter is started with, in place of the driver's own
    params = ()       # in alphabetical order
    models = ALL      # under which it runs
    roles = ()        # how many workers follow from it: names of keys, and numbers, that add up (together)
    computes = False  # its tasks do nothing else: more workers are to do more
    waits = False     # tasks in flight wait side by side: a launch is whole rounds of those in flight
    together = False  # one task a worker; the last to arrive starts the clock
    sets_clock = False  # calls run.clock_start() and run.clock_stop() itself: no warm-up
    mortal = False    # a worker may die of its task: no warm-up, the rest is still done
    ends_workers = False  # account() finds no workers any more
    memory = False    # is measured when all have arrived (together): no warm-up
    payload = None    # arguments that travel with each task to whoever does it: call() has them, and the result returns
    connects = False  # its tasks are connections: one for each in flight, whatever the items

    def prepare(self, run):
        """Once, before the workers start."""

    def settle(self, run, worker):
        """Once in each worker that lasts, when it is bound and the clock does not run."""

    def task(self, run, index, worker):
        """Required: does one task, as long as it takes; returns its checksum."""
        raise NotImplementedError

    task_async = None

    def account(self, run, items):
        """Required, after each round: what the checksums must add up to, found another way than by the work."""
        raise NotImplementedError

    def cleanup(self, run):
        """Once after the workers have stopped."""

    def describe(self):
        """As in docs/runtime.md."""
        about = {'family': self.family, 'name': self.name, 'summary': self.summary, 'models': list(self.models),
                 'params': [param.describe() for param in self.params]}
        for word in 'item', 'value_unit', 'cell_default', 'items', 'roles', 'waits', 'computes':
            if getattr(self, word):
                about[word] = getattr(self, word)
        if self.options is not None:
            about['options'] = self.options
        return about


def sum_of_indices(items):
    """Of tasks that return index + 1."""
    return items * (items + 1) // 2


def sum_of_squares_below(n):
    """0 + 1 + 4 + ... + (n - 1)^2"""
    return (n - 1) * n * (2 * n - 1) // 6
