# SPDX-License-Identifier: MIT
"""Waits as if for a slow peer; how long they really were is added up with run.add()."""

import time

from lazy import Lazy
from run import clock_ns
from workload import Param

asyncio = Lazy('asyncio')

WAIT_PARAM = Param('wait-ms', 10, 'length of a wait in milliseconds')


def wait_blocking(run, worker, seconds):
    begin_ns = clock_ns()
    time.sleep(seconds)
    run.add(clock_ns() - begin_ns, worker)


async def wait_in_loop(run, seconds):
    begin_ns = clock_ns()
    await asyncio.sleep(seconds)
    run.add(clock_ns() - begin_ns, 0)


async def next_turn():
    await asyncio.sleep(0)


def wait_mean_ns(run, items):
    return run.sum() / items
