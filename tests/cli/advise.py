# SPDX-License-Identifier: MIT
"""Advice for work of one's own: who is chosen is the machine's, but not what is told, nor for what."""

import csv
import json
import pathlib
import re

from harness import BUILD, LIMIT_S, Case, main, read_rows, read_run
from server import Server

DIVISORS = pathlib.Path(BUILD) / 'tests' / 'plugins' / 'divisors.so'
QUICK = 'advise', '--seconds', '5', '--quiet'


class Advise(Case):
    def test_command(self):
        """Sleeps are best all at once, on whatever machine; the finals' samples are a run like any other."""
        output = self.crosspoint(*QUICK, '--command', 'sleep 0.02', '--format', 'json', '--out', 'out', '--seed', 7,
                                 code=None)[0]
        advice = json.loads(output)
        self.assertEqual((advice['work'], advice['runtime']), ('own/command', 'native'))
        self.assertGreater(advice['class']['waiting'], advice['class']['computing'])
        candidates = {candidate['cell']: candidate for candidate in advice['candidates']}
        self.assertGreater(candidates[advice['choose']]['in_flight'], 1)
        serial = candidates['native/own/command/serial/place:none']
        self.assertTrue(serial['finalist'])
        self.assertGreater(serial['chosen_ratio'], 1)
        finalists = sum(candidate['finalist'] for candidate in advice['candidates'])
        self.assertLessEqual(advice['comparisons'], finalists * (finalists - 1) // 2)
        rows = read_rows(self.folder / 'out')
        self.assertEqual(len(rows), advice['blocks'] * finalists)
        self.assertEqual({row['cell'] for row in rows}, {cell for cell in candidates if candidates[cell]['finalist']})
        run = read_run(self.folder / 'out')
        self.assertEqual((run['outcome']['state'], run['options']['own']), ('complete', {'command': 'sleep 0.02'}))
        self.crosspoint('report', 'out')
        self.assertIn('own/command', (self.folder / 'out' / 'report.html').read_text())

    def test_plugin(self):
        output, errors = self.crosspoint(*QUICK, '--plugin', DIVISORS, '--out', 'out', '--conc', 2, '--page', 'page.html',
                                         code=None)
        self.assertEqual(errors, '')
        for topic in 'class ', 'choose ', 'documents ', 'how sure ':
            self.assertRegex(output, f'(?m)^{topic}')
        self.assertIn('own/divisors in native', output)
        rows = read_rows(self.folder / 'out')
        self.assertLessEqual({int(row['conc']) for row in rows}, {1, 2})
        self.expect_page(output, {row['model'] for row in rows})

    def expect_page(self, output, finalists):
        """It says what is printed, and holds its chart, whose data have each finalist with its interval."""
        page = (self.folder / 'page.html').read_text()
        choice = re.search('(?m)^choose +(.+?): ', output)[1]
        self.assertIn(choice, page)
        self.assertIn('<h1>How to run own/divisors in native?</h1>', page)
        self.assertEqual(page.count('data:image/svg+xml;base64,'), 1)
        with open(self.folder / 'out' / 'charts' / 'advice.csv', newline='') as file:
            points = list(csv.DictReader(file))
        self.assertEqual({point['model'] for point in points if point['kind'] == 'final'}, finalists)
        for point in points:
            self.assertGreater(float(point['per_second']), 0)
            self.assertEqual(bool(point['low'] and point['high']), point['kind'] == 'final')

    def test_python(self):
        """A callable with a half for loops: both are tried; what it does beside its work is told."""
        (self.folder / 'mine.py').write_text(
            'import asyncio, random, time\n\ndef nap(ms):\n    time.sleep(ms / 1000)\n    print("not ours")\n'
            '    return random.random()\n\nasync def nap_async(ms):\n    await asyncio.sleep(ms / 1000)\n')
        output = self.crosspoint(*QUICK, '--python-task', 'mine:nap', '--args', '{"ms": 5}', '--format', 'json',
                                 '--out', 'out', code=None)[0]
        advice = json.loads(output)
        self.assertEqual(advice['work'], 'own/nap')
        self.assertRegex(advice['runtime'], '^cpython')
        self.assertGreater(advice['import_s'], 0)
        self.assertGreater(advice['pickling_s'], 0)
        self.assertTrue(any('not deterministic' in told for told in advice['not_told']), advice['not_told'])
        self.assertEqual(read_run(self.folder / 'out')['options']['own'],
                         {'python_task': 'mine:nap', 'args': {'ms': 5}})

    def expect_refused(self, code, told, *arguments):
        output, errors = self.crosspoint('advise', '--quiet', *arguments, code=code)
        self.assertEqual((output, len(errors.splitlines())), ('', 1), errors)
        self.assertIn(told, errors)
        self.assertFalse((self.folder / 'results').exists())

    def test_refused(self):
        """Each in one line, and nothing is left behind."""
        self.expect_refused(2, 'name a task')
        self.expect_refused(2, 'one task at a time', '--plugin', DIVISORS, '--command', 'true')
        self.expect_refused(2, "command 'no-such' not found", '--command', 'no-such')
        self.expect_refused(2, 'absent/page.html: No such file', '--command', 'true', '--page', 'absent/page.html')
        self.expect_refused(2, '--page is of tasks', '--url', 'http://127.0.0.1:1/', '--page', 'page.html')
        self.expect_refused(2, 'no format', '--command', 'true', '--format', 'csv')
        self.expect_refused(3, 'ended with exit code 3: because', '--command', 'echo because >&2; exit 3')
        (self.folder / 'mine.py').write_text('def bad():\n    raise ValueError("no luck")\n')
        self.expect_refused(2, "no module 'absent'", '--python-task', 'absent:f')
        self.expect_refused(2, "no 'absent'; it has bad", '--python-task', 'mine:absent')
        self.expect_refused(2, 'no JSON', '--python-task', 'mine:bad', '--args', '{')
        self.expect_refused(2, 'absent: No such file', '--python-task', 'mine:bad', '--path', 'absent')
        self.expect_refused(2, 'goes with --python-task', '--command', 'true', '--args', '1')
        self.expect_refused(3, 'ValueError: no luck', '--python-task', 'mine:bad', '--seconds', 20)
        self.expect_refused(3, 'a task has not ended after 5 s', '--command', 'sleep 1000', '--seconds', 5)


class Url(Server):
    def advise(self, *arguments):
        """Beside the server."""
        process = self.start(*QUICK, *arguments)
        output, errors = process.communicate(timeout=LIMIT_S)
        self.assertEqual((process.returncode, errors), (0, ''))
        return output

    def test_json(self):
        """A server for six connections at once leaves two of eight without an answer, on whatever machine."""
        server = self.serve('event-loop', conc=6)
        url = f'http://127.0.0.1:{server.port}/'
        advice = json.loads(self.advise('--url', url, '--format', 'json', '--seed', 3))
        self.assertEqual((advice['server'], advice['failing_from']), (url, 8))
        closed = [point for point in advice['points'] if point['load'] is None]
        offered = [point for point in advice['points'] if point['load'] is not None]
        self.assertLessEqual({advice['choose'], advice['most'], 1}, {point['connections'] for point in closed})
        self.assertLessEqual(max(point['connections'] for point in advice['points']), 4)
        most, = [point for point in closed if point['connections'] == advice['most']]
        self.assertEqual((most['share'], [point['load'] for point in offered]), (1, [0.5, 0.7, 0.9]))
        for point in offered:
            self.assertAlmostEqual(point['offered_per_second'] / most['answers_per_second'], point['load'])
        self.assertGreater(self.stop(server)['answers'], 100)

    def test_text(self):
        server = self.serve('thread-per-task', workload='io/echo', conc=4)
        output = self.advise('--url', f'127.0.0.1:{server.port}', '--conc', 2)
        for topic in 'choose ', 'latency ', 'would change it ', 'how sure ', 'not told ':
            self.assertRegex(output, f'(?m)^{topic}')
        self.assertIn('more connections than 2 were not tried', output)
        self.stop(server)

    def test_refused(self):
        for told, *arguments in [('is no server', '--url', 'nowhere'), ('not this machine', '--url', '192.0.2.1:80'),
                                 ('refused', '--url', '127.0.0.1:1'),
                                 ('not both', '--url', '127.0.0.1:1', '--command', 'true'),
                                 ('--out is of tasks', '--url', '127.0.0.1:1', '--out', 'out')]:
            self.expect_error([*QUICK, *arguments], told)


if __name__ == '__main__':
    main()
