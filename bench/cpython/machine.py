# SPDX-License-Identifier: MIT
"""What the operating system gives: processors, a death signal, limits, words that all workers share."""

import ctypes
import mmap
import os
import resource
import signal
import threading
import time

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_UNIT_BITS = 1024  # of a cpu_set_t
_WATCH_S = 0.05
_libc = ctypes.CDLL(None, use_errno=True)


def _set_affinity(units):
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, units)
        return
    mask = sum(1 << unit for unit in units).to_bytes(_UNIT_BITS // 8, 'little')  # PyPy
    if _libc.sched_setaffinity(0, len(mask), mask):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def affinity():
    """The units of the calling thread, as the kernel says."""
    if hasattr(os, 'sched_getaffinity'):
        return os.sched_getaffinity(0)
    mask = ctypes.create_string_buffer(_UNIT_BITS // 8)
    if _libc.sched_getaffinity(0, len(mask), mask) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    bits = int.from_bytes(mask.raw, 'little')
    return {unit for unit in range(_UNIT_BITS) if bits >> unit & 1}


def pin(units):
    """Binds the calling thread, and reads back."""
    units = set(units)
    _set_affinity(units)
    if affinity() != units:
        raise OSError(f'a worker is to run on units {sorted(units)}, and is on {sorted(affinity())}')


def die_with(parent):
    """In a child: ends when the process that made it does, however that comes about."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans():
    """The calling process becomes the parent of all that descends from it and has lost its own."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def leave_no_core():
    """Of the calling process, should it crash."""
    _libc.prctl(_PR_SET_DUMPABLE, 0)


def watch(parent):
    """As die_with(), in a child that was forked by a thread: it would end with the thread."""
    def look():
        while os.getppid() == parent:
            time.sleep(_WATCH_S)
        os._exit(1)
    threading.Thread(target=look, daemon=True).start()


def raise_limits():
    """As many open files as are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _nameless_file():
    import tempfile  # PyPy
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def shared_words(count, file=None):
    """64-bit words that threads, forked processes and interpreters share: their file, and a view of them."""
    size = 8 * count
    if file is None:
        file = os.memfd_create('words') if hasattr(os, 'memfd_create') else _nameless_file()
        os.ftruncate(file, size)
    return file, memoryview(mmap.mmap(file, size)).cast('Q')
