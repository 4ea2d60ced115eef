# SPDX-License-Identifier: MIT
"""What trackers take: validators written from their formats' specifications and readers. Each fails with an
AssertionError, or returns what the tracker would have read."""

import csv
import datetime
import json
import math
import re
import shutil
import subprocess

import unittest

DEBIAN_PYTHON = '/usr/bin/python3'  # has Debian's modules, whichever python3 runs the tests


def has_module(name):
    return shutil.which(DEBIAN_PYTHON) and not subprocess.run([DEBIAN_PYTHON, '-c', f'import {name}'],
                                                              capture_output=True).returncode


def needs_module(name, package):
    return unittest.skipUnless(has_module(name), f'{package} is not installed')


def load_yaml(path):
    """As PyYAML reads it."""
    code = 'import json, sys, yaml; print(json.dumps(yaml.load(open(sys.argv[1]), yaml.BaseLoader)))'
    return json.loads(subprocess.run([DEBIAN_PYTHON, '-c', code, path], check=True, capture_output=True).stdout)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def load_json(path):
    def refuse(word):
        raise AssertionError(f'{word} is no JSON')
    return json.loads(path.read_text(), parse_constant=refuse)


def read_bmf(path):
    """https://bencher.dev/docs/reference/bencher-metric-format: its JSON schema and lengths."""
    benchmarks = load_json(path)
    for name, measures in benchmarks.items():
        assert 1 <= len(name) <= 1024 and measures, name
        for measure, metric in measures.items():
            assert re.fullmatch(r'[a-z0-9]+(-[a-z0-9]+)*', measure) and len(measure) <= 64, measure
            assert {'value'} <= set(metric) <= {'value', 'lower_value', 'upper_value'}, metric
            assert all(map(is_number, metric.values())), metric
            assert metric.get('lower_value', -math.inf) <= metric['value'] <= metric.get('upper_value', math.inf)
    return benchmarks


def read_github(path):
    """src/extract.ts of github-action-benchmark: extractCustomBenchmarkResult, and its refusal of no entries."""
    entries = load_json(path)
    assert entries, 'no benchmark result was found'
    for entry in entries:
        assert {'name', 'unit', 'value'} <= set(entry) <= {'name', 'unit', 'value', 'range', 'extra'}, entry
        assert is_number(entry['value']) and entry['unit'] and entry['name'], entry
        assert re.fullmatch(r'± \d+(\.\d+)?(e[+-]?\d+)?', entry.get('range', '± 0')), entry
    names = [entry['name'] for entry in entries]
    assert len(set(names)) == len(names)
    return {entry['name']: entry for entry in entries}


def read_otava(folder):
    """CsvImporter and create_csv_test_config of Apache Otava: {test: {metric: (direction, [values])}}."""
    read = {}
    for name, test in load_yaml(folder / 'otava.yaml')['tests'].items():
        assert test['type'] == 'csv' and isinstance(test['attributes'], list), test
        with open(test['file'], newline='') as file:
            header, *rows = csv.reader(file, delimiter=',', quotechar='"')
        assert rows
        columns = {column: header.index(column) for column in
                   [test.get('time_column', 'time'), *test['attributes'], *(
                       metric.get('column', key) for key, metric in test['metrics'].items())]}
        times = []
        for row in rows:
            assert len(row) >= len(header), row
            times.append(datetime.datetime.strptime(row[columns['time']], '%Y-%m-%dT%H:%M:%SZ'))
            assert all(row[columns[attribute]] for attribute in test['attributes'])
        assert times == sorted(times)
        read[name] = {key: (int(metric['direction']), [float(row[columns[metric['column']]]) for row in rows])
                      for key, metric in test['metrics'].items()}
        assert all(direction in (-1, 1) for direction, _ in read[name].values())
    return read


def read_lnt(path):
    """docs/importing_data.rst of LNT, format 2, in its suite nts: {test: {metric: [samples]}}."""
    report = load_json(path)
    assert report['format_version'] == '2' and set(report) == {'format_version', 'machine', 'run', 'tests'}
    for part in 'machine', 'run':
        assert all(isinstance(value, str) and value for value in report[part].values()), report[part]
    assert report['machine']['name']
    assert re.fullmatch(r'[0-9]+', report['run']['llvm_project_revision'])
    for key in 'start_time', 'end_time':
        datetime.datetime.strptime(report['run'][key], '%Y-%m-%dT%H:%M:%S')
    tests = {}
    for test in report['tests']:
        name = test.pop('name')
        assert name not in tests and len(name) <= 256 and test
        assert set(test) <= {'execution_time', 'score', 'mem_bytes'}, test
        for samples in test.values():
            assert samples and all(map(is_number, samples)), samples
        tests[name] = test
    return tests


def read_asv(folder):
    """Results.load, Benchmarks.load and check_benchmark_params of asv: {machine: {commit: {benchmark: result}}}."""
    known = load_json(folder / 'benchmarks.json')
    assert known.pop('version') == 2
    for name, benchmark in known.items():
        assert benchmark['name'] == name and benchmark['params'] == benchmark['param_names'] == [], benchmark
        assert {'code', 'type', 'unit', 'version', 'timeout'} <= set(benchmark), benchmark
    read = {}
    for path in folder.glob('*/machine.json'):
        machine = load_json(path)
        assert machine['version'] == 1 and machine['machine'] == path.parent.name
        assert {'os', 'arch', 'cpu', 'num_cpu', 'ram'} <= set(machine)
        commits = read.setdefault(machine['machine'], {})
        for file in path.parent.glob('*.json'):
            if file.name == 'machine.json':
                continue
            data = load_json(file)
            assert data['version'] == 2 and data['params']['machine'] == machine['machine']
            assert re.fullmatch(r'[0-9a-f]{40}', data['commit_hash'])
            assert file.name == f'{data["commit_hash"][:8]}-{data["env_name"]}.json'
            assert {'requirements', 'date', 'python', 'env_vars', 'durations'} <= set(data)
            results = commits.setdefault(data['commit_hash'], {})
            for name, values in data['results'].items():
                row = dict(zip(data['result_columns'], values, strict=True))
                assert row['version'] == known[name]['version'] and row['params'] == []
                assert len(row['result']) == len(row['samples']) == len(row['stats_q_25']) == 1
                assert row['stats_repeat'] == [len(row['samples'][0])]
                assert row['stats_q_25'][0] <= row['result'][0] <= row['stats_q_75'][0], row
                results[name] = row
    return read


def read_pyperf(path):
    """BenchmarkSuite._json_load of pyperf, format 1.0: {benchmark: [values]}."""
    suite = load_json(path)
    assert suite['version'] == '1.0' and suite['benchmarks']

    def parse_metadata(metadata):
        for key, value in metadata.items():
            assert isinstance(value, (str, int, float)) and value != '', (key, value)
            assert not (isinstance(value, str) and re.search(r'[\n\r]', value.strip())), (key, value)
        return metadata

    common, read = parse_metadata(suite['metadata']), {}
    for benchmark in suite['benchmarks']:
        metadata = {**common, **parse_metadata(benchmark['metadata'])}
        assert metadata['name'] not in read and metadata['unit'] in ('second', 'byte', 'integer'), metadata
        datetime.datetime.fromisoformat(metadata.get('date', '2026-01-01 00:00:00'))
        values = [value for run in benchmark['runs'] for value in run['values']]
        assert values and all(is_number(value) and value > 0 for value in values), values
        read[metadata['name']] = values
    return read


def read_hyperfine(path):
    """What hyperfine 1.x writes and its scripts, and Bencher's adapter, read: {command: result}."""
    read = {}
    for result in load_json(path)['results']:
        assert {'command', 'mean', 'stddev', 'median', 'user', 'system', 'min', 'max', 'times',
                'exit_codes', 'parameters'} == set(result), result
        times = result['times']
        assert all(is_number(time) and time > 0 for time in times) and len(times) == len(result['exit_codes'])
        assert all(is_number(result[key]) for key in ('mean', 'median', 'user', 'system', 'min', 'max'))
        assert is_number(result['stddev']) or len(times) == 1 and result['stddev'] is None
        assert (result['min'], result['max']) == (min(times), max(times))
        assert result['command'] not in read
        read[result['command']] = result
    return read


def read_trace(path):
    """Trace Event Format, as Perfetto imports it: {(process, thread): [(begin, end, args)]} of its complete events, in
    order of time; those of one thread must not overlap."""
    trace = load_json(path)
    tracks = {}
    for event in trace['traceEvents']:
        assert {'name', 'ph', 'pid'} <= set(event) and event['ph'] in 'XMi', event
        if event['ph'] == 'X':
            assert is_number(event['ts']) and is_number(event['dur']) and event['dur'] >= 0, event
            tracks.setdefault((event['pid'], event['tid']), []).append(
                (event['ts'], event['ts'] + event['dur'], event['args']))
    for track in tracks.values():
        track.sort(key=lambda span: span[:2])
        assert all(before[1] <= after[0] + 0.002 for before, after in zip(track, track[1:]))
    return trace['otherData'], tracks


LABELS = r'\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\}'


def read_openmetrics(path):
    """OpenMetrics 1.0, and what node_exporter's collector of text files takes: {(metric, labels): value}."""
    text = path.read_text()
    assert text.endswith('# EOF\n') and text.count('# EOF') == 1
    read, family, seen = {}, None, set()
    for line in text.splitlines()[:-1]:
        if line.startswith('# '):
            _, word, name, value = line.split(' ', 3)
            if name != family:
                assert word == 'HELP' and name not in seen, line  # a family's lines stand together
                family = name
                seen.add(name)
            assert word != 'TYPE' or value == 'gauge', line
            assert word != 'UNIT' or name.endswith('_' + value), line
            continue
        match = re.fullmatch(rf'([a-z_][a-z0-9_]*)(?:{LABELS})? (\S+)', line)  # no time stamp
        assert match and match[1] == family, line
        labels = dict(re.findall(r'([a-z_]+)="((?:[^"\\\n]|\\.)*)"', match[2] or ''))
        key = match[1], tuple(sorted(labels.items()))
        assert key not in read, line
        read[key] = float(match[3])
        assert math.isfinite(read[key]), line
    return read
