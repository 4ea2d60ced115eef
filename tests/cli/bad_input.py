# SPDX-License-Identifier: MIT
"""What cannot be done is said in one line, with what is known, and ends with 2."""

import os
import re
import resource
import shutil
import signal

from harness import FAULTS, FIXTURES, HERE, Case, count_rows, main, read_rows

RESULTS, RULES = FIXTURES / 'results', FIXTURES / 'rules'
SERIAL = 'run', '--profile', 'smoke', '--quiet', '--filter', 'null/empty/serial'
MODELS = 'thread-pool', 'process-per-task', 'event-loop-offload'

COMMAND_LINES = [
    ([], 'command is missing', 'run', 'topo'),
    (['frobnicate'], "no command 'frobnicate'", 'run', 'topo'),
    (['--frobnicate'], "no option '--frobnicate'", 'run'),
    (['run', '--frobnicate'], "no option '--frobnicate'", '--profile', '--help'),
    (['run', '--prof', 'smoke'], "no option '--prof'", '--profile'),
    (['run', '-p'], "no option '-p'", '--profile'),
    (['run', 'now'], "no argument 'now'"),
    (['run', '--', 'now'], "no argument 'now'"),
    (['run', '--dry-run=yes'], '--dry-run takes no value'),
    (['run', '--rule'], '--rule needs a value', '--rule=ID'),
    (['run', '--rule', 'none'], "no rule 'none'; `crosspoint list rules` names them"),
    (['run', '--rules', RULES, '--rule', 'none'], 'list rules --rules'),
    (['run', '--profile', 'huge'], "no profile 'huge'", 'smoke, quick, full'),
    (['run', '--filter', '('], "filter '('"),
    (['run', '--filter', 'no-such-cell'], "no cell matches 'no-such-cell'", 'list cells'),
    (['run', '--place', 'compact,moon'], "no placement 'moon'", 'none, compact, scatter, one-core, split'),
    (['ru\x1b[31mn'], "no command 'ru\\x1b[31mn'"),
    (['run', '--frob\x1b[31m'], "no option '--frob\\x1b[31m'"),
    (['run', 'no\x1b[31mw'], "no argument 'no\\x1b[31mw'"),
    (['list', 'ce\x1b[31mlls'], "no list 'ce\\x1b[31mlls'"),
    (['run', '--workers', '0'], 'workers:0'),
    (['run', '--conc', '64', '--workers', '2', '--filter', 'io/sleep/thread-per-task'],
     "no cell matches 'io/sleep/thread-per-task': ", 'with conc:64 there are 64 workers; name only conc'),
    (['run', '--filter', 'switch/ping-pong/serial'], 'its tasks wait for one another'),
    (['run', '--workers', ''], 'workers:'),
    (['run', '--conc', '1,,2'], 'conc:'),
    (['run', '--conc', 'max'], 'conc:max'),
    (['run', '--key', 'terms'], "--key: 'terms' is not of the form KEY:VALUE,VALUE"),
    (['run', '--key', 'terms:1,,2'], 'terms: a value of the list is empty'),
    (['run', '--key', 'wings:2'], "no workload has a key 'wings'", 'list workloads'),
    (['run', '--key', 'via:pipes', '--filter', 'comm/transfer'], "no cell matches 'comm/transfer': ", 'via:pipes'),
    (['run', '--key', 'terms:0'], 'no cell fits these values: ', 'terms:0'),
    (['run', '--blocks', '0'], "--blocks '0'", 'from 1 to'),
    (['run', '--blocks', '2x'], "--blocks '2x'", 'from 1 to'),
    (['run', '--blocks', '99999999999999999999'], '--blocks', 'from 1 to'),
    (['run', '--launch-ms', '-1'], "--launch-ms '-1'"),
    (['run', '--timeout', '1.5'], "--timeout '1.5'"),
    (['run', '--seed', ''], "--seed ''"),
    (['list'], 'models, workloads, rules, systems, cells'),
    (['list', 'cats'], "no list 'cats'", 'models, workloads, rules, systems, cells'),
    (['list', 'models', 'rules'], "not 'rules' as well"),
    (['list', 'systems', '--rules', RULES], 'goes with rules and cells, not with systems'),
    (['list', 'rules', '--topology', 'pu:2'], '--topology goes with cells, not with rules'),
    (['list', 'models', '--runtime', 'all'], '--runtime goes with cells, not with models'),
    (['list', 'cells', '--runtime', 'natve'], "no runtime 'natve'", 'native'),
    (['list', 'cells', '--runtime', 'native', '--topology', 'pack:x'], 'pack:x'),
    (['list', 'cells', '--runtime', 'native', '--python-task', 'math:sqrt'], 'leave out --runtime native'),
    (['topo', 'moon'], "no argument 'moon'"),
    (['topo', '--workers', '0'], "--workers '0'"),
    (['topo', '--topology', 'pack:x'], '"pack:x"', 'pack:2 numa:2'),
    (['topo', '--topology', ''], '""'),
    (['topo', '--topology', 'none.xml'], 'none.xml: No such file'),
    (['rules'], 'name a results folder'),
    (['rules', 'a', 'b'], "not 'b' as well"),
    (['rules', 'none'], 'none: No such file'),
    (['rules', RESULTS, '--format', 'yaml'], "'yaml'", 'text, csv, json, markdown'),
    (['rules', RESULTS, '--rules', 'none'], 'none: No such file'),
    (['rules', RESULTS, '--rules', FIXTURES / 'results'], 'no rule file'),
    (['report'], 'name a results folder'),
    (['report', 'none'], 'none: No such file'),
    (['report', RESULTS / 'samples.csv'], 'no folder'),
    (['compare', 'a'], 'name two runs'),
    (['compare', 'a', 'b', 'c'], "not 'c' as well"),
    (['compare', 'a', 'b'], 'a: No such file'),
    (['compare', 'a', 'b', '--format', 'yaml'], "'yaml'", 'text, csv, json, markdown'),
    (['compare', 'a', 'b', '--effect', '5'], "'5' is not a percentage from 0% to 1000%: write 5%"),
    (['compare', 'a', 'b', '--effect', '1001%'], "'1001%' is not", 'such as 5%'),
    (['compare', 'a', 'b', '--effect', '5x'], "'5x' is not", 'such as 5%'),
    (['compare', 'a', 'b', '--metric', 'speed'], "no metric 'speed'", 'items_per_second, latency_p50_ns'),
    (['compare', 'a', 'b', '--metric', 'value'], 'value has no direction', 'wall_ns, items_per_second'),
    (['compare', 'a', 'b', '--blocks', '3'], '--blocks needs --ab'),
    (['compare', '--filter', 'x', 'a', 'b'], '--filter needs --ab'),
    (['compare', 'a', 'b', '--out=c'], '--out needs --ab'),
    (['compare', 'a', 'b', '--like', 'c'], '--like needs --ab'),
    (['compare', '--quiet', 'a', 'b'], '--quiet needs --ab'),
    (['compare', '--base', 'c', 'a'], 'name two runs'),
    (['compare', '--ab', 'a', 'b', '--base', 'c'], 'leave one out'),
    (['compare', str(RESULTS), str(RESULTS), '--base', str(RESULTS)], 'are of one session'),
    (['compare', '--ab', 'a', 'b', '--blocks', '0'], "--blocks '0'", 'from 1 to'),
    (['bench', 'now'], "no argument 'now'", '--benchmark_filter'),
    (['bench', '--benchmark_frobnicate'], "no option '--benchmark_frobnicate'", '--benchmark_filter'),
    (['bench', '--benchmark_filter'], '--benchmark_filter needs a value'),
    (['bench', '--benchmark_filter=('], "filter '('"),
    (['bench', '--benchmark_filter', '-('], "filter '('"),
    (['bench', '--benchmark_filter=no-such-cell'], "crosspoint bench: no cell matches 'no-such-cell'", 'list cells'),
    (['bench', '--benchmark_filter=-.'], "no cell matches '-.'", 'list cells'),
    (['bench', '--benchmark_format=xml'], "'xml'", 'console, json, csv'),
    (['bench', '--benchmark_format=js'], "'js'", 'console, json, csv'),
    (['bench', '--benchmark_time_unit', 'h'], "'h'", 'ns, us, ms, s'),
    (['bench', '--benchmark_repetitions=few'], "'few'"),
    (['bench', '--benchmark_min_time=long'], "'long'"),
    (['bench', '--benchmark_context=alone'], 'KEY=VALUE'),
    (['bench', '--benchmark_out=none/out.json'], '--benchmark_out: none/out.json: No such file'),
    (['launch'], 'RUNTIME/FAMILY/WORKLOAD/MODEL'),
    (['launch', 'native/null'], "'native/null' is too short", 'RUNTIME/FAMILY/WORKLOAD/MODEL'),
    (['launch', 'lua/null/empty/serial'], "no runtime 'lua'", 'native'),
    (['launch', 'native/null/void/serial'], "no workload 'null/void'", 'null/empty', 'cpu/sum-squares'),
    (['launch', 'native/null/empty/fibres'], "no model 'fibres'", *MODELS),
    (['launch', 'native/null/empty/serial/terms:3'], "no key 'terms'", 'workers, conc, place'),
    (['launch', 'native/cpu/sum-squares/serial/terms:x'], 'terms:x'),
    (['launch', 'native/null/empty/serial/workers:2'], 'serial has one worker'),
    (['launch', 'native/null/empty/serial/place:moon'], "no placement 'moon'", 'one-core'),
]

MEANT = [
    (['rum'], 'run'),
    (['run', '--bloks', '3'], '--blocks'),
    (['run', '--bloks=3'], '--blocks'),
    (['compare', '--launch-m'], '--launch-ms'),
    (['bench', '--benchmark_fliter=x'], '--benchmark_filter'),
    (['bench', '--benchmark_format=jsn'], 'json'),
    (['run', '--profile', 'smok'], 'smoke'),
    (['run', '--rule', 'pool-beat-per-task'], 'pool-beats-per-task'),
    (['run', '--place', 'compcat'], 'compact'),
    (['list', 'modles'], 'models'),
    (['rules', RESULTS, '--format', 'jason'], 'json'),
    (['compare', 'a', 'b', '--format', 'markdwon'], 'markdown'),
    (['compare', 'a', 'b', '--metric', 'wal_ns'], 'wall_ns'),
    (['selftest', '--only', 'slowdwon'], 'slowdown'),
    (['launch', 'natve/null/empty/serial'], 'native'),
    (['launch', 'native/null/emty/serial'], 'null/empty'),
    (['launch', 'native/null/empty/thread-pol'], 'thread-pool'),
    (['launch', 'native/null/empty/serial/place:compat'], 'compact'),
]

RULE = '''[rule]
claim = It is so
runtimes = native
kind = compare
better = cpu/sum-squares/thread-pool
worse = cpu/sum-squares/serial
metric = items_per_second
effect = 10%
'''

RULE_FILES = [
    (RULE.replace('compare', 'guess'), 4, "kind 'guess'", 'compare, equal, crossover, fact, map'),
    (RULE.replace('items_per_second', 'speed'), 7, "metric 'speed'", 'wall_ns'),
    (RULE.replace('compare', 'compar'), 4, "kind 'compar'; did you mean compare?"),
    (RULE.replace('items_per_second', 'items_per_secnd'), 7, 'did you mean items_per_second?'),
    (RULE.replace('10%', 'much'), 8, "effect 'much'"),
    (RULE.replace('runtimes = native', 'runtimes = lua'), 3, 'lua', 'native'),
    (RULE.replace('claim', 'clam'), 2, 'clam'),
    (RULE.replace('cpu/sum-squares/serial', 'cpu/sum-squares'), 6, 'too short'),
    (RULE.replace('worse', 'better'), 6, 'twice'),
    (RULE.replace('kind = compare', 'kind'), 4, ''),
    (RULE + 'sweep = conc:1,1\n', 9, 'twice'),
    (RULE + '[moon]\nx = 1\n', 10, 'moon'),
]

SAMPLES = (RESULTS / 'samples.csv').read_text()

SAMPLES_FILES = [
    ('', 1, 'empty'),
    (SAMPLES.replace('wall_ns', 'wall', 1), 1, "no column 'wall_ns'"),
    (SAMPLES.replace(',ok,', ',okay,', 1), 2, "status 'okay'", 'ok, invalid, failed, skipped'),
    (SAMPLES.replace('made-up,0,1,', 'made-up,0,1', 1), 3, '38 fields where the header has 39'),
    (SAMPLES.replace('made-up,0,2,', 'made-up,x,2,', 1), 4, "block 'x' is no whole number"),
    (SAMPLES.replace('made-up,0,2,', 'made-up,-1,2,', 1), 4, 'from 0 up'),
    (SAMPLES.replace(',1000,', ',nan,', 1), 2, "'nan' is no number"),
    (SAMPLES.replace('made-up,1,0,', '"made-up,1,0,', 1), 13, ''),
    (SAMPLES.replace('run_id,', 'run_id,cell,', 1), 1, "column 'cell' stands twice"),
    (SAMPLES.replace('made-up,0,2,', 'made\0up,0,2,', 1), 4, 'a NUL byte'),
]


class BadInput(Case):
    def test_command_lines(self):
        for arguments, *words in COMMAND_LINES:
            self.expect_error(arguments, *words)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_did_you_mean(self):
        for arguments, name in MEANT:
            self.expect_error(arguments, f'; did you mean {name}?')

    def test_rule_files(self):
        (self.folder / 'rules').mkdir()
        path = self.folder / 'rules' / 'mine.ini'
        for text, line, *words in RULE_FILES:
            path.write_text(text)
            self.expect_error(['rules', RESULTS, '--rules', 'rules'], f'rules/mine.ini:{line}: ', *words)
        for key in 'claim', 'runtimes', 'kind', 'better', 'worse', 'metric', 'effect':  # as the README says
            path.write_text(re.sub(f'^{key} .*\n', '', RULE, flags=re.MULTILINE))
            self.expect_error(['rules', RESULTS, '--rules', path], 'mine.ini', key)
        path.write_bytes(b'\x7fELF\0\1\2\n\xff\xfe')
        self.expect_error(['rules', RESULTS, '--rules', path], 'mine.ini:1: ')
        path.write_text(RULE.replace('sum-squares', 'no-squares'))
        self.expect_error(['run', '--rule', 'mine'], "no workload 'cpu/no-squares'", 'cpu/sum-squares',
                          env={'CROSSPOINT_DATA': str(self.folder)})
        self.expect_error(['list', 'rules'], 'CROSSPOINT_DATA', 'none/rules', env={'CROSSPOINT_DATA': 'none'})

    def test_samples_files(self):
        (self.folder / 'results').mkdir()
        for text, line, *words in SAMPLES_FILES:
            (self.folder / 'results' / 'samples.csv').write_text(text)
            for command in 'rules', 'report':
                self.expect_error([command, 'results'], f'results/samples.csv: line {line}: ', *words)

    def test_no_samples(self):
        (self.folder / 'results').mkdir()
        self.expect_error(['rules', 'results'], 'results/samples.csv: No such file')
        (self.folder / 'results' / 'samples.csv').mkdir()
        self.expect_error(['rules', 'results'], 'results/samples.csv: not a file')
        os.rmdir(self.folder / 'results' / 'samples.csv')
        (self.folder / 'results' / 'samples.csv').write_text(SAMPLES.splitlines()[0] + '\n')
        for command in 'rules', 'report':
            self.assertEqual(self.crosspoint(command, 'results', code=3)[1], '')


class Completion(Case):
    """What the shell offers the command takes."""

    def offered(self, command):
        script = HERE.parents[1] / 'scripts' / 'completion' / 'crosspoint.bash'
        ask = f"source '{script}'; COMP_WORDS=(crosspoint {command} --); COMP_CWORD=2; _crosspoint; wait $!; " \
              'printf "%s\\n" "${COMPREPLY[@]}"'
        return {word.rstrip('=') for word in self.crosspoint('-c', ask, program=shutil.which('bash'))[0].split()}

    def test_options(self):
        if not shutil.which('bash'):
            self.skipTest('bash is not here')
        for command in ('run', 'bench', 'advise', 'rules', 'report', 'compare', 'track', 'export', 'topo', 'selftest',
                        'serve', 'load'):
            with self.subTest(command):
                known = set(re.findall(r'--[a-z_-]+', self.crosspoint(command, '--help')[0]))
                offered = self.offered(command)
                self.assertIn('--help', offered)
                self.assertEqual(offered - known, set())


class Folder(Case):
    def contents(self):
        return {path: (path.lstat().st_mtime_ns, path.is_file() and path.read_bytes())
                for path in [self.folder, *self.folder.rglob('*')]}

    def test_existing(self):
        (self.folder / 'kept').mkdir()
        (self.folder / 'kept' / 'samples.csv').write_text('mine\n')
        (self.folder / 'file').touch()
        (self.folder / 'link').symlink_to('nowhere')
        before = self.contents()
        for out in 'kept', 'kept/', 'file', 'link':
            self.expect_error([*SERIAL, '--out', out], f'{out.strip("/")} exists; results are never overwritten')
        self.assertEqual(self.contents(), before)

    def test_impossible(self):
        self.expect_error([*SERIAL, '--out', '/dev/null/out'], '/dev/null', 'Not a directory')
        self.expect_error(SERIAL, '/dev/null', 'Not a directory', env={'CROSSPOINT_RESULTS': '/dev/null/results'})

    def test_full_disk(self):
        """A row that does not fit on the disk ends the run; what fits is whole, and can be gone on with."""
        def use_one_unit():
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # all is skipped: many rows in no time

        def fill_disk():
            use_one_unit()
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
        skipped = 'run', '--profile', 'smoke', '--filter', 'io/echo/.*split', '--blocks', '25', '--quiet'
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.expect_error([*skipped, '--out', 'out'], 'out/samples.csv: ', preexec_fn=fill_disk,
                          restore_signals=False)
        rows = count_rows(self.folder / 'out')
        self.assertGreater(rows, 100)
        self.crosspoint('rules', 'out', code=3)
        self.crosspoint('run', '--resume', 'out', '--quiet', code=3, preexec_fn=use_one_unit)
        self.assertGreater(len(self.expect_whole_plan(self.folder / 'out')), rows)


class Resume(Case):
    def test_not_a_run(self):
        self.expect_error(['run', '--resume', 'none'], 'none/run.json', 'No such file')
        shutil.copytree(RESULTS, self.folder / 'results')
        self.expect_error(['run', '--resume', 'results'], 'results/run.json: no plan to go on with')
        for text in '', '[]', '{"plan"', '{"run_id": "x", "options": {"timeout_s": 1}, "plan": {"blocks": 1}}':
            (self.folder / 'results' / 'run.json').write_text(text)
            self.expect_error(['run', '--resume', 'results'], 'results/run.json: ')
        (self.folder / 'results' / 'run.json').unlink()
        self.expect_error(['run', '--resume', 'results'], 'results/run.json', 'No such file')
        self.assertEqual((self.folder / 'results' / 'samples.csv').read_text(), SAMPLES)

    def test_same_plan(self):
        self.crosspoint(*SERIAL, '--out', 'out')
        for more in ['--blocks', '3'], ['--out', 'other'], ['--filter', 'x'], ['--dry-run'], ['--profile', 'full']:
            self.expect_error(['run', '--resume', 'out', *more], '--resume', 'plan')
        self.crosspoint('run', '--resume', 'out', '--quiet')

    def test_other_program(self):
        """A plan with cells that this program does not know."""
        self.crosspoint('run', '--profile', 'smoke', '--filter', 'fault/checksum/serial', '--out', 'out', code=3,
                        program=FAULTS)
        self.expect_error(['run', '--resume', 'out'], 'out/run.json: no plan to go on with')


if __name__ == '__main__':
    main()
