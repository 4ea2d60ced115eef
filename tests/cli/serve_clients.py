# SPDX-License-Identifier: MIT
"""Load generators of others against each model: none sees an error. And the soak, which has to see one."""

import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

import harness
from server import MODELS, Server

SOAK = pathlib.Path(__file__).resolve().parents[2] / 'scripts' / 'soak'
CONC, REQUESTS = 4, 400


def needs(program):
    return unittest.skipUnless(shutil.which(program), f'no {program} here')


class ServeClients(Server):
    def drive(self, *command):
        """All models at once. What each client says, by model."""
        servers = {model: self.serve(model, conc=CONC) for model in MODELS}
        clients = {}
        for model, process in servers.items():
            conc = 1 if model == 'serial' else CONC
            arguments = [str(part).format(conc=conc, url=f'http://127.0.0.1:{process.port}/') for part in command]
            clients[model] = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = {}
        for model, client in clients.items():
            with client:
                said[model] = client.communicate(timeout=harness.LIMIT_S)[0]
            self.assertEqual(client.returncode, 0, f'{model}\n{said[model]}')
        for model, process in servers.items():
            self.stop(process)
        return said

    @needs('wrk')
    def test_wrk(self):
        for model, said in self.drive('wrk', '-t', 1, '-c', '{conc}', '-d', 1, '{url}').items():
            with self.subTest(model):
                self.assertGreater(int(re.search(r'(\d+) requests in', said).group(1)), 0, said)
                self.assertNotRegex(said, 'Socket errors|Non-2xx')

    def expect_ab(self, said):
        self.assertRegex(said, rf'Complete requests: +{REQUESTS}\n')
        self.assertRegex(said, r'Failed requests: +0\n')
        self.assertRegex(said, r'Document Length: +13 bytes\n')
        self.assertNotIn('Non-2xx', said)

    @needs('ab')
    def test_ab(self):
        for model, said in self.drive('ab', '-q', '-n', REQUESTS, '-c', '{conc}', '{url}').items():
            with self.subTest(model):
                self.expect_ab(said)

    @needs('ab')
    def test_ab_keeping(self):
        for model, said in self.drive('ab', '-q', '-k', '-n', REQUESTS, '-c', '{conc}', '{url}').items():
            with self.subTest(model):
                self.expect_ab(said)
                self.assertRegex(said, rf'Keep-Alive requests: +{REQUESTS}\n')

    @needs('h2load')
    def test_h2load(self):
        """HTTP/1.1, as its own option says; 8 requests in the pipe."""
        for model, said in self.drive('h2load', '--h1', '-n', REQUESTS, '-c', '{conc}', '-m', 8, '{url}').items():
            with self.subTest(model):
                self.assertIn(f'{REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout', said)
                self.assertIn(f'status codes: {REQUESTS} 2xx', said)

    def test_soak(self):
        soak = self.start(SOAK, 1, harness.PROGRAM, 'event-loop', program=sys.executable)
        output, errors = self.finish(soak)
        self.assertRegex(output, r'\Aevent-loop: fine\. connections: \d+; .*\n\Z')
        self.assertEqual(errors, '')

    @harness.lists_children
    def test_soak_sees_death(self):
        soak = self.start(SOAK, 60, harness.PROGRAM, 'event-loop', program=sys.executable)
        server = self.wait_until(lambda: harness.children(soak.pid), 'no server')[0][0]
        worker = self.wait_until(lambda: harness.children(server), 'no worker')[0][0]
        harness.os.kill(worker, signal.SIGKILL)
        output, _ = self.finish(soak, code=1)
        self.assertRegex(output, r'\Aevent-loop: FAILED\. ')

    def test_bad_input(self):
        for arguments in ['soon'], ['0'], [1, '/nonexistent'], [1, harness.PROGRAM, 'event-loup']:
            self.finish(self.start(SOAK, *arguments, program=sys.executable), code=2)


if __name__ == '__main__':
    harness.main()
