# SPDX-License-Identifier: MIT
"""The user's own callable, which CROSSPOINT_PYTHON_TASK names (docs/runtime.md)."""

import importlib
import importlib.machinery
import inspect
import json
import os
import pickle
import re
import sys
import time

import protocol
from workload import ALL, Param, Workload, sum_of_indices

VARIABLE = 'CROSSPOINT_PYTHON_TASK'
CALLS = 2  # that are compared
PICKLINGS = 20


class Unfit(RuntimeError):
    """What is named is not there, or cannot be called so: one line."""


def split_name(name):
    """'module:function' or 'module:function,coroutine'."""
    module, colon, functions = name.partition(':')
    names = functions.split(',')
    if not (module and colon and all(names)) or len(names) > 2:
        raise Unfit(f"'{name}' is not of the form MODULE:FUNCTION, or MODULE:FUNCTION,COROUTINE")
    return module, names


def import_module(name, folder):
    """As a program in that folder would. The driver's own modules cannot be there a second time."""
    top = name.partition('.')[0]
    own = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), top)
    if os.path.exists(own + '.py') or os.path.isdir(own):
        raise Unfit(f"module '{top}' has the name of a module of crosspoint's driver; give it another")
    sys.path.insert(1, folder)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name and (name == problem.name or name.startswith(problem.name + '.')):
            raise Unfit(f"no module '{name}' in {folder} (--path)") from None
        raise Unfit(f"module '{name}' cannot be imported: {problem}") from None
    except (Exception, SystemExit) as problem:  # whatever its top level does
        raise Unfit(f"module '{name}' cannot be imported: {type(problem).__name__}: {problem}") from None


def find_function(module, name):
    found = module
    for part in name.split('.'):
        if not hasattr(found, part):
            known = [key for key, value in vars(module).items()
                     if inspect.isfunction(value) and not key.startswith('_')]
            raise Unfit(f"module '{module.__name__}' has no '{name}'" +
                        (f"; it has {', '.join(known[:8])}" if known else ''))
        found = getattr(found, part)
    if not callable(found):
        raise Unfit(f"'{module.__name__}:{name}' cannot be called")
    return found


def check_call(name, function, arguments, keywords):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some that are built in do not tell
        return
    try:
        signature.bind(*arguments, **keywords)
    except TypeError as problem:
        given = '--args' if arguments or keywords else 'a call without --args'
        raise Unfit(f"'{name}{signature}' does not take {given}: {problem}") from None


def check_pickles(name, function):
    try:
        pickle.dumps(function)
    except Exception as problem:
        raise Unfit(f"'{name}' cannot be pickled, which processes need: {problem}; make it a function of its "
                    "module") from None


def read_arguments(value):
    """An object has keywords, an array positions; anything else is one argument."""
    if isinstance(value, dict):
        return (), value
    return (tuple(value), {}) if isinstance(value, list) else ((value,), {})


def children():
    """Processes that the calling one has, zombies too; as many kernels tell them."""
    found = set()
    for task in os.listdir('/proc/self/task'):
        try:
            with open(f'/proc/self/task/{task}/children') as listing:
                found.update(listing.read().split())
        except OSError:
            continue
    return found


def is_same(a, b):
    try:
        return type(a) is type(b) and (bool(a == b) or a is b)
    except Exception:  # an array has no truth
        return pickle.dumps(a) == pickle.dumps(b)


class Task(Workload):
    family = 'own'
    options = []  # what stands in site-packages is the task's
    params = Param('check', 'no', 'calls it twice beforehand and says what is wrong; value: pickling of arguments and '
                   'result', choices='no|yes'),

    def __init__(self):
        named = json.loads(os.environ[VARIABLE])
        module_name, names = split_name(named['task'])
        protocol.stand_apart()
        begin_ns = time.perf_counter_ns()
        self.module = import_module(module_name, named['path'])
        self.import_ns = time.perf_counter_ns() - begin_ns
        self.arguments, self.keywords = read_arguments(named['args']) if 'args' in named else ((), {})
        self.payload = self.arguments, self.keywords  # what travels with each task
        functions = [find_function(self.module, name) for name in names]
        if len(names) == 1 and not inspect.iscoroutinefunction(functions[0]):
            beside = getattr(self.module, names[0] + '_async', None)
            functions += [beside] if inspect.iscoroutinefunction(beside) else []
        for function in functions:
            check_call(getattr(function, '__name__', names[0]), function, *self.payload)
        plain = [function for function in functions if not inspect.iscoroutinefunction(function)]
        loops = [function for function in functions if inspect.iscoroutinefunction(function)]
        if len(plain) > 1 or len(loops) > 1:
            raise Unfit(f"'{named['task']}' are two of a kind; a plain function and a coroutine function may stand "
                        "together")
        self.function, self.coroutine = (plain or [None])[0], (loops or [None])[0]
        if self.function:
            check_pickles(named['task'], self.function)
        self.name = re.sub('[^a-z0-9.-]+', '-', names[0].lower()).strip('-')[:30] or 'task'
        self.summary = f"your own {named['task']}"
        self.models = tuple(model for model in ALL if self.function and model != 'event-loop' or
                            self.coroutine and model == 'event-loop')
        self.task_async = self.await_task if self.coroutine else None
        self.unit = None

    @property
    def value_unit(self):
        return self.unit

    def call(self, arguments, keywords):
        return self.function(*arguments, **keywords)

    def prepare(self, run):
        self.found = []
        if run.key('check') == 'yes':
            self.check(run)

    def call_once(self):
        if self.function:
            return self.call(*self.payload)
        import asyncio
        return asyncio.run(self.coroutine(*self.arguments, **self.keywords))

    def check(self, run):
        """What is wrong with it beside that it raises: in one line."""
        source = getattr(self.module, '__file__', None)
        written, before = source and os.stat(source).st_mtime_ns, children()
        results = [self.call_once() for _ in range(CALLS)]
        if children() - before:
            self.found.append('it leaves processes behind')
        if not is_same(*results):
            self.found.append('it is not deterministic: two calls returned different results')
        if source and (not os.path.exists(source) or os.stat(source).st_mtime_ns != written):
            self.found.append('it changes its own file')
        try:
            times_ns = [self.pickle_once(results[0]) for _ in range(PICKLINGS)]
            self.pickling_ns, self.unit = sorted(times_ns)[PICKLINGS // 2], 'pickling_ns'
        except Exception as problem:
            self.found.append(f'its result cannot be pickled, so pools of processes cannot return it: {problem}')

    def pickle_once(self, result):
        """The first is of a cold cache, which is why the median counts: pools go on."""
        begin_ns = time.perf_counter_ns()
        pickle.loads(pickle.dumps(self.payload))
        pickle.loads(pickle.dumps(result))
        return time.perf_counter_ns() - begin_ns

    def task(self, run, index, worker):
        self.call(*self.payload)
        return index + 1

    async def await_task(self, run, index):
        await self.coroutine(*self.arguments, **self.keywords)
        return index + 1

    def account(self, run, items):
        if run.key('check') == 'yes':
            run.value = self.pickling_ns if self.unit else None
            run.figures = {'startup_ns': self.import_ns}
            run.invalid = '; '.join(self.found)[:150] or None
        return sum_of_indices(items)


WORKLOADS = Task,
