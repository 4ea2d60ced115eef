# SPDX-License-Identifier: MIT
"""The driver's two duties: to say what it has, and to run one cell."""

import gc
import json
import os
import signal
import sys

import families
import machine
import models
import protocol
from run import Run, clock_ns
from workload import WORD, Skip

USAGE = 'usage: driver.py [--describe]; without it the cell comes on standard input (docs/runtime.md)'


def has_lock():
    """Whether one lock keeps threads from computing side by side."""
    return getattr(sys, '_is_gil_enabled', lambda: True)()


def runtime_name():
    import sysconfig
    free = 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''
    return f'{sys.implementation.name}{sys.version_info[0]}.{sys.version_info[1]}{free}'


def build_flags(arguments):
    """As it was configured, without the folders of whoever did: results are given away."""
    import shlex
    return ' '.join(argument for argument in shlex.split(arguments) if '/' not in argument)


def describe():
    import platform
    import sysconfig
    seed = os.environ.get('PYTHONHASHSEED', 'random')
    return {
        'protocol': 1, 'runtime': runtime_name(), 'implementation': platform.python_implementation(),
        'version': platform.python_version(), 'executable': sys.executable, 'lock': has_lock(),
        'build': build_flags(sysconfig.get_config_var('CONFIG_ARGS') or ''),
        'options': ['-S'],  # what stands in site-packages is not used, and takes longer than all else to look through
        'settings': f'garbage collector on, PYTHONHASHSEED={seed}',
        'models': [{'name': model.name, 'like': model.like, 'summary': model.summary}
                   for model in models.MODELS if model.like],
        'workloads': [workload.describe() for workload in families.all_workloads()],
    }


def settle_memory():
    """The collector stays on, and has nothing old to look at."""
    gc.collect()
    getattr(gc, 'freeze', int)()


def do_round(run, model, items):
    """Does the work and proves it; returns the checksum."""
    workload = run.workload
    count = run.conc if workload.together or workload.connects else items
    run.begin_round(items)
    settle_memory()
    done, checksum = model.round(count)
    if done != count and not workload.mortal:
        raise RuntimeError(f'{done} of {count} tasks were done')
    run.tasks_lost = count - done
    if workload.ends_workers:
        model.stop()
    expected = workload.account(run, items) & WORD
    if checksum & WORD != expected:
        raise RuntimeError(f'wrong checksum {checksum & WORD:016x}, expected {expected:016x}')
    return expected


def result(run, items, checksum, startup_ns):
    answer = {'items': items, 'wall_ns': run.wall_ns(), 'checksum': f'{checksum:016x}',
              'cpus_observed': run.cpus_observed(), **({'startup_ns': startup_ns} if startup_ns else {}), **run.figures}
    if run.value is not None:
        answer.update(value=run.value, value_unit=run.workload.value_unit)
    for word in 'invalid', 'tasks_lost':
        if getattr(run, word):
            answer[word] = getattr(run, word)
    return answer


def run_model(run, model, items):
    """From the workers' start to their end."""
    workload = run.workload
    begin_ns = clock_ns()
    try:
        model.start()
        startup_ns = clock_ns() - begin_ns if model.lasting and model.carriers else None
        if not (workload.sets_clock or workload.mortal or workload.memory):
            do_round(run, model, max(items // 20, run.conc))
        protocol.say(f'ready {run.generator_pid}' if run.generator_pid else 'ready')
        protocol.hear_or_leave()
        protocol.say_json(result(run, items, do_round(run, model, items), startup_ns))
        while protocol.hear() is not None:
            pass
    finally:
        model.stop()


def launch(cell):
    machine.raise_limits()
    workload = families.find(cell['family'], cell['workload'])
    model_class = models.find(cell['model'])
    if model_class.name not in workload.models:
        raise Skip(f'{workload.family}/{workload.name} does not run under {model_class.name}')
    run = Run(cell, workload, model_class.processes)
    model = model_class(run)
    if not model.carriers:
        run.bind(0)
    model.imports()
    settle_memory()
    if workload.memory:
        protocol.say_memory()
    try:
        workload.prepare(run)
        run_model(run, model, workload.items or cell['items'])
    finally:
        workload.cleanup(run)


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        if sys.argv[1:] == ['--describe']:
            protocol.say_json(describe())
        elif sys.argv[1:]:
            sys.exit(USAGE)
        else:
            launch(json.loads(protocol.hear_or_leave()))
    except Skip as reason:
        protocol.say_json({'skipped': str(reason)})
    except protocol.Told:
        protocol.leave(1)
    except Exception as problem:  # whatever it is: one line
        protocol.complain(problem)
        protocol.leave(1)
    protocol.leave(0)
