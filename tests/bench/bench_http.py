# SPDX-License-Identifier: MIT
"""Load generators of others, and `crosspoint load`, against one server: does each see the same rate? And nginx.

usage: bench_http.py CROSSPOINT [ROUNDS [CONNECTIONS [MODEL...]]]

All servers sit on the first processing unit, each client on the last, a second each, in turns. busy: the part of its
unit that a client used, at the median; one that is busy throughout tells its own rate and not the server's.
"""

import os
import pathlib
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

MODELS = ('serial', 'thread-per-task', 'process-per-task', 'thread-pool', 'process-pool', 'event-loop',
          'event-loop-threads', 'event-loop-processes', 'event-loop-offload', 'coroutines')
SECONDS = 1
UNITS = sorted(os.sched_getaffinity(0))
NGINX = """daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 20000; }}
http {{ access_log off; keepalive_requests 1000000000; server {{ listen 127.0.0.1:{port} backlog=4096;
location / {{ default_type text/plain; return 200 "Hello, world!"; }} }} }}
"""


def clients(program):
    """What each is started with, where it tells its rate, and what it must not or must say."""
    return {
        'crosspoint load': ([program, 'load', '--format', 'json', '--threads', 1, '--connections', '{conc}',
                             '--seconds', SECONDS, '{url}'],
                            r'"answers_per_second": ([\d.]+)', '"error_first": null', None),
        'wrk': (['wrk', '-t', 1, '-c', '{conc}', '-d', SECONDS, '{url}'],
                r'Requests/sec: +([\d.]+)', None, 'Socket errors|Non-2xx'),
        'h2load': (['h2load', '--h1', '-t', 1, '-c', '{conc}', '-D', SECONDS, '{url}'],
                   r', ([\d.]+) req/s', ' 0 failed, 0 errored, 0 timeout', None),
        'ab': (['ab', '-q', '-k', '-t', SECONDS, '-n', 10000000, '-c', '{conc}', '{url}'],
               r'Requests per second: +([\d.]+)', r'Failed requests: +0\n', 'Non-2xx'),
    }


def serve(program, model, conc):
    """The process and its port."""
    command = [program, 'serve', '--workload', 'io/http', '--model', model, '--conc', conc, '--listen', '127.0.0.1:0']
    server = subprocess.Popen(['taskset', '-c', str(UNITS[0]), *map(str, command)], stdout=subprocess.PIPE, text=True)
    return server, re.search(r':(\d+);', server.stdout.readline()).group(1)


def serve_nginx(folder, port):
    configuration = pathlib.Path(folder, 'nginx.conf')
    configuration.write_text(NGINX.format(folder=folder, port=port))
    return subprocess.Popen(['taskset', '-c', str(UNITS[0]), 'nginx', '-p', folder, '-c', configuration],
                            stderr=subprocess.DEVNULL), str(port)


def ask(name, client, conc, port):
    """Answers a second, and the part of a unit that the client used."""
    command, rate, good, bad = client
    command = [str(part).format(conc=conc, url=f'http://127.0.0.1:{port}/') for part in command]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    said = subprocess.run(['taskset', '-c', str(UNITS[-1]), *command], capture_output=True, text=True, check=False)
    after, elapsed = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begin
    busy = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / elapsed
    text = said.stdout + said.stderr
    found = re.search(rate, text)
    if said.returncode or not found or (good and not re.search(good, text)) or (bad and re.search(bad, text)):
        sys.exit(f'bench_http: {name} saw an error:\n{text}')
    return float(found.group(1)), busy


def told(asked):
    """The median rate of each client, and how many times its rate ours is: of medians, and from round to round."""
    rates = {tool: [rate for rate, _ in pairs] for tool, pairs in asked.items()}
    busy = {tool: statistics.median(part for _, part in pairs) for tool, pairs in asked.items()}
    ours = rates.pop('crosspoint load')
    words = [f'{statistics.median(ours):.0f}', f'{busy["crosspoint load"]:.0%}']
    for tool, others in rates.items():
        ratios = [own / other for own, other in zip(ours, others)]
        words += [f'{statistics.median(others):.0f}', f'{busy[tool]:.0%}']
        words.append(f'{statistics.median(ours) / statistics.median(others):.3f} ({min(ratios):.3f}-{max(ratios):.3f})')
    return ' | '.join(words)


def measure(servers, tools, rounds):
    rates = {name: {tool: [] for tool in tools} for name in servers}
    for turn in range(rounds):
        for name, (_, port, conc) in servers.items():
            order = list(tools)[turn % len(tools):] + list(tools)[:turn % len(tools)]
            for tool in order:
                rates[name][tool].append(ask(f'{tool} against {name}', tools[tool], conc, port))
    others = [tool for tool in tools if tool != 'crosspoint load']
    print('| server | crosspoint load, 1/s | busy |', ' | '.join(f'{tool}, 1/s | busy | ratio' for tool in others), '|')
    print('|---' * (3 + 3 * len(others)), '|', sep='')
    for name, of_server in rates.items():
        print(f'| {name} | {told(of_server)} |')


def main(program, rounds=5, conc=64, *models):
    tools = {name: client for name, client in clients(program).items()
             if name == 'crosspoint load' or shutil.which(client[0][0])}
    servers = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for model in models or MODELS:
                own_conc = 1 if model == 'serial' else int(conc)
                servers[model] = (*serve(program, model, own_conc), own_conc)
            if shutil.which('nginx'):
                free = 1 + max(int(port) for _, port, _ in servers.values())
                servers['nginx'] = (*serve_nginx(folder, free), int(conc))
            measure(servers, tools, int(rounds))
        finally:
            for server, *_ in servers.values():
                server.send_signal(signal.SIGTERM)
            for server, *_ in servers.values():
                server.wait()


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
