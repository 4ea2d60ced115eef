# SPDX-License-Identifier: MIT
"""What a process and all below it hold, as /proc tells."""

import os
import pathlib
import re


def tree(process):
    """The process and all below it."""
    children = {}
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            text = stat.read_text()
        except OSError:
            continue
        children.setdefault(int(text.rsplit(')', 1)[1].split()[1]), []).append(int(text.split()[0]))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def count_files(process):
    count = 0
    for one in tree(process):
        try:
            count += len(os.listdir(f'/proc/{one}/fd'))
        except OSError:
            pass
    return count


def resident_kib(process):
    total = 0
    for one in tree(process):
        try:
            text = pathlib.Path(f'/proc/{one}/smaps_rollup').read_text()
        except OSError:
            continue
        total += int(re.search(r'^Pss: +(\d+)', text, re.M).group(1))
    return total
