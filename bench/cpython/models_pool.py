# SPDX-License-Identifier: MIT
"""Workers that last and are handed tasks: the pools of multiprocessing and concurrent.futures, as they are."""

import importlib
import json
import multiprocessing
import os
import threading

import protocol
import tasks
from lazy import Lazy
from model import Model
from workload import Skip

library = Lazy('concurrent.futures')

LOOK_S = 0.05  # for workers that are to die
WATCH_S = 1    # for those that are not
END_S = 5


def add_up(results):
    """Of what a map yields: how many, and their sum; of a call, what came with it is let go."""
    done = checksum = 0
    for result in results:
        done += 1
        checksum += result[0] if isinstance(result, tuple) else result
    return done, checksum


def give_up():
    """What the library would do at the end waits for ever: the workers are killed, and the driver leaves without."""
    protocol.at_once = True
    for process in multiprocessing.active_children():
        process.kill()


class Executor(Model):
    """A pool of concurrent.futures: its map hands out tasks one by one, and their results come in order."""

    def start(self):
        numbers = tasks.number_workers(self.run.workers)
        self.executor = self.open(self.run.workers, numbers)
        made = self.executor.map(tasks.do_nothing, range(self.run.workers))  # all: none gets past the gate
        self.run.await_ready()
        add_up(made)
        os.close(numbers)

    def tasks(self, count):
        if self.run.workload.mortal:
            return self.tasks_mortal(count)
        return add_up(self.executor.map(self.do, self.jobs(count)))

    def tasks_mortal(self, count):
        """Where one worker dies the executor is broken: it ends the others, and fails what is not done."""
        futures, done, checksum = [], 0, 0
        try:
            for index in range(count):
                futures.append(self.executor.submit(self.do, index))
        except library.BrokenExecutor:
            pass
        for future in futures:
            if self.has_ended(future) and not isinstance(future.exception(), library.BrokenExecutor):
                checksum += future.result()
                done += 1
        return done, checksum

    def has_ended(self, future):
        """Awaits it. An executor that breaks just as a task is handed in forgets that task, and may not end either."""
        while not protocol.at_once and not library.wait([future], LOOK_S).done:
            if self.is_broken() and not library.wait([future], END_S).done:
                give_up()
        return future.done()

    def is_broken(self):
        try:
            self.executor.submit(tasks.do_nothing, 0)
        except library.BrokenExecutor:
            return True
        return False

    def stop(self):
        if hasattr(self, 'executor') and not protocol.at_once:
            self.executor.shutdown()


class ThreadPool(Executor):
    """concurrent.futures.ThreadPoolExecutor."""

    name = 'thread-pool'

    def imports(self):
        return library.ThreadPoolExecutor

    def open(self, workers, numbers):
        self.close_gate(threading.Lock())
        return library.ThreadPoolExecutor(workers, initializer=tasks.enter_thread, initargs=(numbers,))


class ProcessPoolExecutor(Executor):
    """concurrent.futures.ProcessPoolExecutor, forked; chunks of one, as is its default."""

    name, like, processes = 'process-pool-executor', 'process-pool', True
    summary = 'concurrent.futures.ProcessPoolExecutor, whose map hands out tasks one by one'

    def imports(self):
        return library.ProcessPoolExecutor

    def open(self, workers, numbers):
        self.close_gate(self.run.context.Lock())
        return library.ProcessPoolExecutor(workers, self.run.context, tasks.enter_process,
                                           (numbers, os.getpid()))


class InterpreterPool(Executor):
    """concurrent.futures.InterpreterPoolExecutor: threads, each with an interpreter and a lock of its own."""

    name, like = 'interpreter-pool', 'thread-pool'
    summary = 'concurrent.futures.InterpreterPoolExecutor: threads with an interpreter each (from Python 3.14 on)'

    def start(self):
        if not hasattr(library, 'InterpreterPoolExecutor'):
            raise Skip('Python has no InterpreterPoolExecutor before 3.14')
        super().start()

    def open(self, workers, numbers):
        here, cell = os.path.dirname(os.path.abspath(__file__)), json.dumps(self.run.cell)
        enter = (f'import sys; sys.path.insert(0, {here!r}); import tasks; '
                 f'tasks.enter_interpreter({cell!r}, {self.run.words_file}, {numbers})')
        return library.InterpreterPoolExecutor(workers, initializer=exec, initargs=(enter,))


class ProcessPool(Model):
    """multiprocessing.Pool, forked. Its map cuts tasks into four chunks a worker, as its users get it; tasks that wait,
    or are one a worker, are handed out one by one."""

    name, processes = 'process-pool', True

    def imports(self):
        return importlib.import_module('multiprocessing.pool')

    def start(self):
        workers, numbers = self.run.workers, tasks.number_workers(self.run.workers)
        self.close_gate(self.run.context.Lock())
        others = self.children()
        self.pool = self.run.context.Pool(workers, tasks.enter_process, (numbers, os.getpid()))
        self.workers = self.children() - others
        self.run.await_ready()
        self.numbers = numbers  # open: successors find none left

    def tasks(self, count):
        workload = self.run.workload
        if workload.mortal:
            return self.tasks_mortal(count)
        if workload.waits or workload.together or workload.connects:
            return add_up(self.one_by_one(count))
        results = self.pool.map_async(self.do, self.jobs(count))
        while not results.ready():
            results.wait(WATCH_S)
            self.check_workers()
        return add_up(results.get())

    def one_by_one(self, count):
        """What tasks return, in whatever order."""
        results = self.pool.imap_unordered(self.do, range(count))
        for _ in range(count):
            while True:
                try:
                    yield results.next(WATCH_S)
                    break
                except multiprocessing.TimeoutError:
                    self.check_workers()

    def check_workers(self):
        """The pool would wait for ever for what a worker had that died."""
        if not self.workers <= self.children():
            raise RuntimeError('a worker of the pool has died')

    @staticmethod
    def children():
        return {process.pid for process in multiprocessing.active_children()}

    def tasks_mortal(self, count):
        """The pool makes a new worker for one that died, and never tells what has become of its task."""
        results, done, checksum = self.pool.imap_unordered(self.do, range(count)), 0, 0
        while done + self.run.deaths() < count:
            try:
                checksum += results.next(LOOK_S)
                done += 1
            except multiprocessing.TimeoutError:
                pass
        return done, checksum

    def stop(self):
        """terminate() waits for a lock that a worker which was killed may have taken along, and so does the
        interpreter's end: then the others are killed, and the driver leaves without."""
        if not hasattr(self, 'pool'):
            return
        if not self.run.workload.mortal and not self.workers <= self.children():
            give_up()
            return
        end = threading.Thread(target=self.pool.terminate, daemon=True)
        end.start()
        end.join(END_S)
        if end.is_alive():
            give_up()
        else:
            self.pool.join()
