# SPDX-License-Identifier: MIT
"""What the driver says of itself holds together."""

import configparser
import subprocess
import unittest

import harness

NATIVE_MODELS = {'serial', 'thread-per-task', 'thread-pool', 'process-per-task', 'process-pool', 'event-loop'}


class Describe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.about = harness.describe()

    def test_runtime(self):
        self.assertEqual(self.about['protocol'], 1)
        self.assertRegex(self.about['runtime'], r'^[a-z0-9.-]{1,15}$')
        self.assertIsInstance(self.about['lock'], bool)
        self.assertIn('PYTHONHASHSEED=0', self.about['settings'])
        version = subprocess.run([self.about['executable'], '--version'], capture_output=True, text=True, check=True)
        self.assertIn('.'.join(self.about['version'].split('.')[:2]), self.about['version'] + version.stdout)

    def test_models(self):
        for model in self.about['models']:
            self.assertIn(model['like'], NATIVE_MODELS)
            self.assertNotIn(model['name'], NATIVE_MODELS)
            self.assertTrue(model['summary'])

    def test_workloads(self):
        known = NATIVE_MODELS | {model['name'] for model in self.about['models']}
        names = [(workload['family'], workload['name']) for workload in self.about['workloads']]
        self.assertEqual(len(names), len(set(names)))
        for workload in self.about['workloads']:
            with self.subTest(f"{workload['family']}/{workload['name']}"):
                self.assertTrue(workload['summary'])
                self.assertTrue(workload['models'])
                self.assertLessEqual(set(workload['models']), known)
                self.check_params(workload)

    def test_systems(self):
        """What stands for the documents' systems in CPython is there."""
        systems = configparser.ConfigParser()
        systems.read(harness.HERE.parent.parent / 'bench' / 'systems.ini')
        workloads = {(workload['family'], workload['name']): workload for workload in self.about['workloads']}
        cells = [cell for section in systems.sections() for cell in systems[section].get('cpython', '').split()]
        self.assertGreater(len(cells), 20)
        for cell in cells:
            with self.subTest(cell):
                family, name, model, *keys = cell.split('/')
                self.assertIn(model, workloads[family, name]['models'])
                params = {param['key']: param for param in workloads[family, name]['params']}
                for key, value in (text.split(':') for text in keys):
                    choices = params.get(key, {}).get('choices', value)
                    self.assertIn(value, choices.split('|'))
                    self.assertTrue(key in params or key in ('workers', 'conc', 'place'))

    def check_params(self, workload):
        keys = [param['key'] for param in workload['params']]
        self.assertEqual(keys, sorted(set(keys)))
        for param in workload['params']:
            self.assertTrue(param['summary'])
            if 'choices' in param:
                self.assertIn(param['default'], param['choices'].split('|'))
            else:
                self.assertIn(param['min'], (0, 1) if param['min'] < 2 else (param['min'],))
                self.assertGreaterEqual(int(param['default']), param['min'])
        for role in workload.get('roles', ()):
            self.assertTrue(role in keys or role > 0)


if __name__ == '__main__':
    unittest.main()
