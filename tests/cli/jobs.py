# SPDX-License-Identifier: MIT
"""The ready-made CI jobs: they are YAML, what they call exists and takes what they say, and their history grows."""

import functools
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import types
import unittest

from harness import HERE, PROGRAM, Case, main
from trackers import load_yaml, needs_module

SOURCE = HERE.parents[1]
OWN, GITHUB, GITLAB = (SOURCE / path for path in ('.github/workflows/ci.yml', 'docs/ci/github.yml',
                                                  'docs/ci/gitlab.yml'))
FLEET, REFRAME = SOURCE / 'contrib/github/fleet.yml', SOURCE / 'contrib/reframe/crosspoint_rules.py'
needs_git = unittest.skipUnless(shutil.which('git'), 'git is not installed')


read = functools.cache(load_yaml)


def steps(path):
    """The shell of each step, in order."""
    job = read(path)
    if path == GITLAB:
        return job['performance']['script'] + job['performance']['after_script']
    return [step['run'] for each in job['jobs'].values() for step in each['steps'] if 'run' in step]


def variables(path):
    job = read(path)
    if path == GITLAB:
        return job['performance']['variables']
    return {key: value for each in job['jobs'].values() for key, value in each['env'].items()}


def commands(path):
    """The words of each simple command, without redirections; CELLS stands for its words."""
    for step in steps(path):
        step = re.sub(r'\\\n|\n', ' ; ', step).replace('$CELLS', variables(path).get('CELLS', ''))
        words = []
        for word in [*shlex.shlex(step, posix=True, punctuation_chars='();<>|&'), ';']:
            if not set(word) <= set('();<>|&'):
                words.append(word)
            elif words and not set(word) <= set('<>'):
                yield words
                words = []


@needs_module('yaml', 'python3-yaml')
class Jobs(Case):
    def test_shape(self):
        for path in OWN, GITHUB:
            job = read(path)
            self.assertLessEqual({'name', 'jobs'}, set(job))
            self.assertTrue({'on', 'true', True} & set(job))  # PyYAML's base loader leaves `on` alone
            for each in job['jobs'].values():
                self.assertLessEqual({'runs-on', 'steps', 'timeout-minutes'}, set(each))
                for step in each['steps']:
                    self.assertEqual(len({'run', 'uses'} & set(step)), 1, step)
                    self.assertLessEqual(set(step), {'run', 'uses', 'with', 'if'})
                    self.assertRegex(step.get('uses', 'actions/x@v1'), r'\Aactions/[a-z-]+@v\d+\Z')
        matrix = read(OWN)['jobs']['test']['strategy']['matrix']
        self.assertEqual(matrix['image'], ['debian:12', 'debian:13', 'ubuntu:24.04'])
        self.assertEqual([compiler['cc'] for compiler in matrix['compiler']], ['gcc', 'clang'])
        self.assertIn('-Dwerror=true', ' '.join(steps(OWN)))
        self.assertLessEqual({'image', 'script', 'artifacts', 'rules'}, set(read(GITLAB)['performance']))

    def test_shell(self):
        """Each step reads as shell."""
        for path in OWN, GITHUB, GITLAB:
            for step in steps(path):
                subprocess.run(['sh', '-n'], input=re.sub(r'\$\{\{.*?\}\}', 'x', step), text=True, check=True)

    def test_commands(self):
        """Every command of ours exists, with these options and rules."""
        listed = self.crosspoint('list', 'rules')[0]
        found = set()
        for path in GITHUB, GITLAB:
            for words in commands(path):
                if words[0] != 'build/crosspoint':
                    continue
                known = re.findall(r'--[a-z_-]+', self.crosspoint(words[1], '--help')[0])
                for option in (word for word in words if word.startswith('--')):
                    self.assertIn(option.split('=')[0], known, words)
                    if option.startswith('--rule='):
                        self.assertIn(f'\n{option[7:]} ', f'\n{listed}')
                found.add((path.name, words[1]))
        self.assertEqual(found, {(path.name, name) for path in (GITHUB, GITLAB) for name in ('compare', 'rules')})

    def test_scripts(self):
        for path in OWN, GITHUB, GITLAB:
            called = [words for words in commands(path) if words[0].startswith('./')]
            self.assertTrue(called)
            for name, *options in called:
                self.assertTrue((SOURCE / name).stat().st_mode & stat.S_IXUSR, name)
                for option in options:
                    self.assertIn(option, (SOURCE / name).read_text())

    def test_one_page(self):
        """docs/ci.md shows the files by their names, and begins with what it costs."""
        page = (SOURCE / 'docs' / 'ci.md').read_text()
        self.assertRegex(page, r'\A# [^\n]+\n+## What will it cost me\?\n')
        for path in GITHUB, GITLAB:
            self.assertIn(f'(ci/{path.name})', page)


@needs_module('yaml', 'python3-yaml')
class Kubernetes(Case):
    def test_guaranteed(self):
        """Requests equal limits and are whole; the arguments are those of `run`; what is mounted is a volume."""
        job = read(SOURCE / 'contrib' / 'kubernetes' / 'job.yml')
        self.assertEqual((job['apiVersion'], job['kind']), ('batch/v1', 'Job'))
        pod = job['spec']['template']['spec']
        self.assertIn(pod['restartPolicy'], ('Never', 'OnFailure'))
        for container in pod['containers']:
            resources = container['resources']
            self.assertEqual(resources['requests'], resources['limits'])
            self.assertEqual(set(resources['limits']), {'cpu', 'memory'})
            self.assertRegex(resources['limits']['cpu'], r'\A[1-9]\d*\Z')
            self.assertLessEqual({mount['name'] for mount in container['volumeMounts']},
                                 {volume['name'] for volume in pod['volumes']})
            known = self.crosspoint(container['args'][0], '--help')[0]
            for option in container['args']:
                if option.startswith('--'):
                    self.assertIn(option, known)


@needs_module('yaml', 'python3-yaml')
class Fleet(Case):
    def test_matrix(self):
        """Shape, shell, and options of the matrix of runners and of the job that puts them together."""
        jobs = read(FLEET)['jobs']
        self.assertEqual(jobs['fleet']['needs'], 'run')
        self.assertGreater(len(jobs['run']['strategy']['matrix']['runner']), 1)
        for each in jobs.values():
            self.assertLessEqual({'runs-on', 'steps', 'timeout-minutes'}, set(each))
            for step in each['steps']:
                self.assertEqual(len({'run', 'uses'} & set(step)), 1, step)
                self.assertRegex(step.get('uses', 'actions/x@v1'), r'\Aactions/[a-z-]+@v\d+\Z')
        shell = [re.sub(r'\$\{\{.*?\}\}', 'x', step) for step in steps(FLEET)]
        for step in shell:
            subprocess.run(['sh', '-n'], input=step, text=True, check=True)
        for command, options in re.findall(r'build/crosspoint (\w+)([^>|]*)', '\n'.join(shell)):
            known = self.crosspoint(command, '--help')[0]
            for option in re.findall(r'--[a-z-]+', options):
                self.assertIn(option, known)

    def test_reframe(self):
        """ReFrame is not packaged: what its documentation says of the names used stands in for it."""
        made, asked = [], {}
        sanity = types.SimpleNamespace(
            assert_found=lambda pattern, name: bool(re.search(pattern, pathlib.Path(name).read_text(), re.M)),
            extractall=lambda pattern, name, tags: types.SimpleNamespace(evaluate=lambda: [
                tuple(found[tag] for tag in tags)
                for found in re.finditer(pattern, pathlib.Path(name).read_text(), re.M)]),
            make_performance_function=lambda value, unit: (value, unit), defer=lambda value: value)
        names = {'rfm': types.SimpleNamespace(simple_test=lambda test: made.append(test) or test,
                                              RunOnlyRegressionTest=object),
                 'sn': sanity, 'sanity_function': lambda function: function,
                 'run_before': lambda stage: lambda function: asked.setdefault(stage, function)}
        source = re.sub(r'^import reframe.*$', '', REFRAME.read_text(), flags=re.M)
        exec(compile(source, str(REFRAME), 'exec'), names)
        test, = made
        self.assertEqual(set(asked), {'performance'})
        known = self.crosspoint('run', '--help')[0]
        for option in test.executable_opts[1:]:
            self.assertIn(option.split('=')[0], known)
        lines = self.crosspoint('rules', SOURCE / 'tests' / 'fixtures' / 'results', '--format', 'plain')[0]
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        pathlib.Path('rules.txt').write_text(lines)
        check = test()
        self.assertTrue(check.has_verdicts())
        os.chdir(before)
        check.stagedir = str(self.folder)
        check.take_ratios()
        self.assertTrue(check.perf_variables)
        self.assertTrue(all(value > 0 and unit == 'times' for value, unit in check.perf_variables.values()))


@needs_git
@needs_module('yaml', 'python3-yaml')
class History(Case):
    """The last steps of both jobs, in a repository of its own, with results that stand for those of the run."""

    def git(self, *arguments, at='checkout'):
        return subprocess.run(['git', '-C', self.folder / at, *arguments], check=True, capture_output=True, text=True,
                              env=self.environment()).stdout

    def environment(self):
        return {'PATH': os.environ['PATH'], 'HOME': str(self.folder), 'GITHUB_SHA': 'hash', 'CI_COMMIT_SHA': 'hash',
                'CI_COMMIT_BRANCH': 'main', 'CI_DEFAULT_BRANCH': 'main'}

    def make_repository(self):
        (self.folder / '.gitconfig').write_text(
            '[user]\nname = ci\nemail = ci@localhost\n[init]\ndefaultBranch = main\n')
        (self.folder / 'bin').mkdir()
        (self.folder / 'origin').mkdir()
        self.git('init', '-q', '--bare', at='origin')
        (self.folder / 'checkout').mkdir()
        self.git('init', '-q')
        self.git('remote', 'add', 'origin', self.folder / 'origin')
        (self.folder / 'checkout' / 'file').write_text('source\n')
        self.git('add', '.')
        self.git('commit', '-qm', 'source')
        (self.folder / 'checkout' / 'build').mkdir()
        (self.folder / 'checkout' / 'build' / 'crosspoint').symlink_to(PROGRAM)

    def keep(self, shell, second):
        """One job's end, at a second of its own."""
        date = self.folder / 'bin' / 'date'
        date.write_text(f'#!/bin/sh\necho 20261130T1900{second:02}Z\n')
        date.chmod(0o755)
        new = self.folder / 'checkout' / 'ab' / 'new'
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(HERE.parent / 'fixtures' / 'results', new)
        env = self.environment()
        env['PATH'] = f'{self.folder / "bin"}:{env["PATH"]}'
        done = subprocess.run(['sh', '-e'], input=shell, text=True, cwd=self.folder / 'checkout', env=env,
                              capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.git('worktree', 'remove', 'history')
        self.git('branch', '-D', 'performance')

    def check(self, shell):
        self.make_repository()
        for second in 1, 2:
            self.keep(shell, second)
        files = self.git('ls-tree', '-r', '--name-only', 'performance', at='origin').split()
        self.assertEqual(files, [f'20261130T1900{second:02}Z/{name}' for second in (1, 2)
                                 for name in ('run.json', 'samples.csv', 'verdicts.csv')])
        log = self.git('log', '--format=%s', 'performance', at='origin')
        self.assertEqual(log.split(), ['hash', 'hash', 'history'])
        self.git('fetch', '-q', 'origin', 'performance:performance')
        self.git('worktree', 'add', '-q', 'history', 'performance')
        self.assertRegex(self.crosspoint('rules', self.folder / 'checkout/history/20261130T190002Z')[0], 'hold')

    def test_github(self):
        self.check(steps(GITHUB)[-1])

    def test_gitlab(self):
        begin = next(i for i, step in enumerate(steps(GITLAB)) if 'CI_DEFAULT_BRANCH' in step)
        shell = [step for step in steps(GITLAB)[begin:] if 'set-url' not in step]
        self.assertEqual(len(shell), len(steps(GITLAB)) - begin - 1)
        self.check('\n'.join(shell))


if __name__ == '__main__':
    main()
