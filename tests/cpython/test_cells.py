# SPDX-License-Identifier: MIT
"""Each workload under each of its models, small; each choice of its keys once."""

import collections
import concurrent.futures
import json
import unittest

import harness

AT_ONCE = 4


def cells():
    """Each with what is to be the same for all that have it."""
    for workload in harness.describe()['workloads']:
        for model in workload['models']:
            yield workload, harness.cell_of(workload, model)
        for param in workload['params']:
            for i, choice in enumerate(param.get('choices', '').split('|')):
                if choice not in ('', param['default']):
                    model = workload['models'][i % len(workload['models'])]
                    yield workload, harness.cell_of(workload, model, **{param['key']: choice})


def title(cell):
    return '/'.join([cell['cell']] + [f'{key}:{value}' for key, value in sorted(cell['params'].items())])


class Cells(unittest.TestCase):
    def test_cells(self):
        checksums = collections.defaultdict(set)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            launches = [(workload, cell, pool.submit(harness.launch, cell)) for workload, cell in cells()]
            for workload, cell, launched in launches:
                with self.subTest(title(cell)):
                    self.check(workload, cell, launched.result(), checksums)
        for same, found in checksums.items():
            with self.subTest(same):
                self.assertEqual(len(found), 1)

    def check(self, workload, cell, launched, checksums):
        code, said, errors = launched
        self.assertEqual((code, errors), (0, ''), said)
        result = json.loads(said[-1])
        if 'skipped' in result:
            return self.check_skipped(cell, result['skipped'])
        self.assertEqual(len(said) - 1, len([line for line in said if line.split(' ')[0] in ('ready', 'memory')]))
        self.assertEqual(sum(line.startswith('ready') for line in said), 1)
        self.assertEqual(result['items'], cell['items'])
        self.assertGreater(result['wall_ns'], 0)
        self.assertGreater(result.get('startup_ns', 1), 0)  # or it is not there: nothing was made before the clock
        self.assertRegex(result['checksum'], '^[0-9a-f]{16}$')
        self.assertLessEqual(set(result['cpus_observed']), set(harness.UNITS))
        self.assertEqual('value' in result and result.get('value_unit') is not None, 'value' in result)
        if not result.get('tasks_lost'):
            same = f"{workload['family']}/{workload['name']}", tuple(sorted(cell['params'].items()))
            checksums[same].add(result['checksum'])

    def check_skipped(self, cell, reason):
        self.assertIn(cell['model'], ('interpreter-pool',), reason)
        self.assertIn('3.14', reason)


if __name__ == '__main__':
    unittest.main()
