# SPDX-License-Identifier: MIT
"""Tasks that compute and tasks that wait."""

from wait import WAIT_PARAM, next_turn, wait_blocking, wait_in_loop, wait_mean_ns
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
    """Short tasks compute among long ones that wait: of the time of all, one after the other, a share is computing. What
    is computed is a number of steps and not a time: all do the same work whatever shares their unit."""

    family, name = 'mixed', 'cpu-wait'
    summary = 'tasks that compute among tasks that wait: blocking, or a timer in a loop'
    value_unit, cell_default = 'wait_ns', 'conc:16'
    params = (Param('cpu-us', 100, 'computing of a task that computes, in microseconds of '
                    f'{STEPS_PER_US} steps, as CPython 3.11 at 3 GHz'),
              Param('share', 50, "computing, in percent of the tasks' time; the rest is waiting", least=0),
              WAIT_PARAM)
    models = ALL + INTERPRETERS
    waits = True

    def prepare(self, run):
        share, cpu_us, wait_ms = (run.number(key) for key in ('share', 'cpu-us', 'wait-ms'))
        if share > 100:
            raise ValueError(f'share:{share} is not a whole number from 0 to 100')
        computing = share * wait_ms * 1000
        run.data = cpu_us * STEPS_PER_US, wait_ms / 1000, computing, computing + (100 - share) * cpu_us

    @staticmethod
    def is_computing(data, index):
        """Those that do are evenly spread."""
        _, _, computing, all_tasks = data
        return (index + 1) * computing // all_tasks > index * computing // all_tasks

    def task(self, run, index, worker):
        if self.is_computing(run.data, index):
            return steps(run.data[0], index & SMALL)
        wait_blocking(run, worker, run.data[1])
        return index & SMALL

    async def task_async(self, run, index):
        """While one computes its loop does nothing else; then others have their turn."""
        if self.is_computing(run.data, index):
            checksum = steps(run.data[0], index & SMALL)
            await next_turn()
            return checksum
        await wait_in_loop(run, run.data[1])
        return index & SMALL

    def account(self, run, items):
        count, _, computing, all_tasks = run.data
        factor, term = steps_result(count)
        number = items * computing // all_tasks
        indices = [-(-n * all_tasks // computing) - 1 for n in range(1, number + 1)]
        run.value = wait_mean_ns(run, items - number) if number < items else None
        waiting = sum(index & SMALL for index in range(items)) - sum(index & SMALL for index in indices)
        return waiting + sum(index * factor + term & SMALL for index in indices)


WORKLOADS = CpuWait,
