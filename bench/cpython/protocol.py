# SPDX-License-Identifier: MIT
"""Lines to crosspoint and from it. Read byte by byte, so that no process holds back what another is to read."""

import json
import os
import sys

TOLD = 3  # exit code of a worker that has said why

source, sink = 0, 1  # files: where lines come from, and go to
at_once = False  # what the library does at the end would wait for ever


class Told(Exception):
    """Something failed, and whoever saw it has said so."""


def stand_apart():
    """Before others' code runs: what it prints and reads is none of our lines."""
    global source, sink
    if (source, sink) != (0, 1):
        return
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)


def say(line):
    data = (line + '\n').encode()
    while data:
        data = data[os.write(sink, data):]


def say_json(value):
    say(json.dumps(value, separators=(',', ':'), allow_nan=False))


def hear():
    """A line; None: there is no more."""
    line = bytearray()
    while True:
        byte = os.read(source, 1)
        if not byte:
            return None
        if byte == b'\n':
            return line.decode()
        line += byte


def hear_or_leave():
    line = hear()
    if line is None:
        sys.exit('crosspoint is gone')
    return line


def say_memory():
    say('memory')
    hear_or_leave()


def complain(problem):
    """One line on standard error."""
    text = str(problem) or type(problem).__name__
    if not isinstance(problem, (OSError, RuntimeError)):
        text = f'{type(problem).__name__}: {text}' if str(problem) else text
    os.write(2, f'{os.path.basename(sys.argv[0])}: {" ".join(text.split())}\n'.encode())


def leave(code):
    if at_once:
        os._exit(code)
    sys.exit(code)
