# SPDX-License-Identifier: MIT
"""How tasks are run: by what the standard library offers. One class a model; the table stands last."""

from lazy import Lazy
from model import Model
from models_per_task import ProcessPerTask, ThreadPerTask
from models_pool import InterpreterPool, ProcessPool, ProcessPoolExecutor, ThreadPool

asyncio = Lazy('asyncio')


class Serial(Model):
    """One task after another in the calling thread."""

    name, carriers = 'serial', False

    def tasks(self, count):
        checksum, task, run = 0, self.run.workload.task, self.run
        for index in range(count):
            checksum += task(run, index, 0)
        return count, checksum


class EventLoop(Model):
    """An asyncio task for each task, conc of them in flight: where one ends the next begins."""

    name, carriers = 'event-loop', False

    def imports(self):
        return asyncio.new_event_loop

    def start(self):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.begin = self.run.workload.task_async or self.call

    async def call(self, run, index):
        """A workload without a half of its own for loops holds the loop as long as it takes."""
        return run.workload.task(run, index, 0)

    def tasks(self, count):
        self.left, self.in_flight, self.checksum = iter(range(count)), set(), 0
        self.over = self.loop.create_future()
        for _ in range(min(self.run.conc, count)):
            self.begin_next()
        self.loop.run_until_complete(self.over)
        return count, self.checksum

    def begin_next(self):
        index = next(self.left, None)
        if index is not None:
            task = self.loop.create_task(self.begin(self.run, index))
            self.in_flight.add(task)
            task.add_done_callback(self.role_ended if self.run.workload.together else self.ended)
        elif not self.in_flight and not self.over.done():
            self.over.set_result(None)

    def ended(self, task):
        self.in_flight.discard(task)
        if task.cancelled() or task.exception():
            if not self.over.done() and not task.cancelled():
                self.over.set_exception(task.exception())
            return
        self.checksum += task.result()
        self.begin_next()

    def role_ended(self, task):
        self.run.role_ends(len(self.in_flight) - 1)  # which role it was does not matter: the last end does
        self.ended(task)

    def stop(self):
        for task in getattr(self, 'in_flight', ()):
            task.cancel()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


MODELS = (Serial, ThreadPerTask, ThreadPool, ProcessPerTask, ProcessPool, EventLoop, ProcessPoolExecutor,
          InterpreterPool)


def find(name):
    for model in MODELS:
        if model.name == name:
            return model
    raise ValueError(f"no model {name!r}; known: {', '.join(model.name for model in MODELS)}")
