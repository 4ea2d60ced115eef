# SPDX-License-Identifier: MIT
"""Google Benchmark's own compare.py takes what `bench` writes."""

import pathlib
import subprocess
import sys

from harness import Case, main

COMPARE = pathlib.Path('/usr/share/benchmark/compare.py')


def find_python():
    """One that has what compare.py imports."""
    for python in sys.executable, '/usr/bin/python3':
        if pathlib.Path(python).exists() and not subprocess.run(
                [python, '-c', 'import numpy, scipy.stats'], capture_output=True, timeout=60).returncode:
            return python
    return None


class ComparePy(Case):
    def test_benchmarks(self):
        python = find_python()
        if not COMPARE.exists() or not python:
            self.skipTest('compare.py is not here, or not what it imports')
        for name in 'a', 'b':
            self.crosspoint('bench', '--benchmark_filter=null/empty/serial', '--benchmark_min_time=0.001',
                            '--benchmark_repetitions=3', f'--benchmark_out={name}.json')
        output, errors = self.crosspoint(COMPARE, 'benchmarks', 'a.json', 'b.json', program=python)
        self.assertNotIn('Traceback', errors)
        self.assertRegex(output, r'native/null/empty/serial/place:compact\S* .*[+-]\d\.\d{4}')


if __name__ == '__main__':
    main()
