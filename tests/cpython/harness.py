# SPDX-License-Identifier: MIT
"""Talks to the driver as crosspoint does: docs/runtime.md."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
DRIVER = HERE.parent.parent / 'bench' / 'cpython' / 'driver.py'
FAULTS = HERE / 'faults_driver.py'
PYTHON = os.environ.get('CROSSPOINT_PYTHON', sys.executable)
UNITS = sorted(os.sched_getaffinity(0))[:2]
ENVIRONMENT = dict(os.environ, PYTHONHASHSEED='0', PYTHONDONTWRITEBYTECODE='1')
LIMIT_S = 120

# Small: what is tested is that it works.
SMALL = {'burst': 2, 'capacity': 4, 'chunk-kib': 4, 'cpu-us': 1, 'delay-ms': 1, 'files': 4, 'kib': 4, 'mib': 1,
         'payload': 64, 'size': 8, 'terms': 100, 'tickets': 2, 'wait-ms': 1}


FEW = {'create/pool': 4}  # items of what takes long: a Pool looks after its end every 0.1 s


def describe(driver=DRIVER):
    output = subprocess.run([PYTHON, str(driver), '--describe'], env=ENVIRONMENT, check=True, capture_output=True,
                            text=True, timeout=LIMIT_S)
    assert not output.stderr and output.stdout.endswith('}\n'), output
    return json.loads(output.stdout)


def params_of(workload, **given):
    """The workload's, small, but for those that are given."""
    small = {param['key']: str(SMALL.get(param['key'], param['default'])) for param in workload['params']}
    return {**small, **given}


def cell_of(workload, model, items=40, in_flight=2, **given):
    """A cell of a described workload, as crosspoint would send it."""
    params = params_of(workload, **given)
    roles = workload.get('roles')
    if roles:
        in_flight = sum(int(params.get(role, role)) if isinstance(role, str) else role for role in roles)
    if model == 'serial':
        in_flight = 1
    items = FEW.get(f"{workload['family']}/{workload['name']}", items)
    workers = 1 if model in ('serial', 'event-loop') else in_flight
    return {'cell': f"{workload['family']}/{workload['name']}/{model}", 'family': workload['family'],
            'workload': workload['name'], 'model': model, 'workers': workers, 'conc': in_flight, 'params': params,
            'items': workload.get('items') or items, 'units': UNITS, 'generator_units': UNITS[-1:],
            'worker_units': [UNITS[i % len(UNITS)] for i in range(workers)], 'crosspoint': '/bin/false'}


class Driver:
    """One launch: lines to it and from it. One that takes too long is aborted, and says where it was."""

    def __init__(self, cell, driver=DRIVER, *arguments, options=None):
        crashes = isinstance(cell, dict) and cell['family'] == 'isolate'  # by itself: nothing to tell
        if options is None:
            options = ['-S'] if crashes else ['-S', '-X', 'faulthandler']
        self.process = subprocess.Popen([PYTHON, *options, str(driver), *arguments], env=ENVIRONMENT,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.limit = threading.Timer(LIMIT_S, self.abort)
        self.limit.start()
        if cell is not None:
            self.say(cell if isinstance(cell, str) else json.dumps(cell))

    def abort(self):
        """It, and what descends from it: they hold its output open."""
        for process in [*reversed(children_of(self.process.pid)), self.process.pid]:
            try:
                os.kill(process, signal.SIGABRT)
            except ProcessLookupError:
                pass

    def say(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def hear(self):
        return self.process.stdout.readline().rstrip('\n')

    def finish(self):
        """Its exit code, and what it still said on standard output and on standard error."""
        output, errors = self.process.communicate()
        self.limit.cancel()
        return self.process.returncode, output, errors


def launch(cell, driver=DRIVER, *arguments, options=None):
    """From the cell to the end: exit code, lines said, and standard error. Options: the interpreter's."""
    conversation, said = Driver(cell, driver, *arguments, options=options), []
    while True:
        line = conversation.hear()
        said += [line] if line else []
        if line.split(' ')[0] not in ('ready', 'memory'):
            break
        conversation.say('on')
    code, rest, errors = conversation.finish()
    return code, said + rest.splitlines(), errors


def children_of(process):
    """All processes that descend from it."""
    parents = {}
    for entry in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            fields = entry.read_text().rpartition(')')[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    look_at = [process]
    for parent in look_at:
        look_at += parents.get(parent, [])
    return look_at[1:]


def is_alive(process):
    try:
        state = pathlib.Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()[0]
    except OSError:
        return False
    return state not in 'ZX'
