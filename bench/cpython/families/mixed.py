# SPDX-License-Identifier: MIT
"""Tasks that compute and wait."""

from wait import WAIT_PARAM, wait_blocking, wait_in_loop, wait_mean_ns
from workload import ALL, INTERPRETERS, Param, Workload

STEPS_PER_US = 25  # as CPython 3.11 at 3 GHz
SMALL = (1 << 28) - 1  # three times that is one digit of a Python integer still


def steps(count, number):
    """Each step needs the one before."""
    for _ in range(count):
        number = number * 3 + 1 & SMALL
    return number


def steps_result(count):
    """What so many steps make of a number: number * factor + term, found by doubling."""
    factor, term, power = 1, 0, (3, 1)
    while count:
        if count & 1:
            factor, term = factor * power[0] & SMALL, term * power[0] + power[1] & SMALL
        power = power[0] * power[0] & SMALL, power[1] * power[0] + power[1] & SMALL
        count >>= 1
    return factor, term


class CpuWait(Workload):
    """What is computed is a number of steps and not a time: all do the same work whatever shares their unit."""

    family, name = 'mixed', 'cpu-wait'
    summary = 'computing, then a wait: blocking, or a timer in a loop'
    value_unit, cell_default = 'wait_ns', 'conc:16'
    params = (Param('cpu-us', 100, f'computing in microseconds of {STEPS_PER_US} steps, as CPython 3.11 at 3 GHz',
                    least=0), WAIT_PARAM)
    models = ALL + INTERPRETERS
    waits = True

    def prepare(self, run):
        run.data = run.number('cpu-us') * STEPS_PER_US, run.number('wait-ms') / 1000

    def task(self, run, index, worker):
        count, wait_s = run.data
        checksum = steps(count, index & SMALL)
        wait_blocking(run, worker, wait_s)
        return checksum

    async def task_async(self, run, index):
        """While one computes its loop does nothing else."""
        count, wait_s = run.data
        checksum = steps(count, index & SMALL)
        await wait_in_loop(run, wait_s)
        return checksum

    def account(self, run, items):
        factor, term = steps_result(run.data[0])
        run.value = wait_mean_ns(run, items)
        return sum(index * factor + term & SMALL for index in range(items))


WORKLOADS = CpuWait,
