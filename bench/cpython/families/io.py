# SPDX-License-Identifier: MIT
"""Tasks that wait: for time, for pages, for files."""

import fcntl
import mmap
import os
from concurrent.futures import ThreadPoolExecutor

import http_origin
from families.io_echo import Echo
from lazy import Lazy
from run import here
from wait import WAIT_PARAM, wait_blocking, wait_in_loop, wait_mean_ns
from workload import ALL, INTERPRETERS, WORD, Param, Skip, Workload, sum_of_indices

asyncio = Lazy('asyncio')
tempfile = Lazy('tempfile')

class Sleep(Workload):
    family, name = 'io', 'sleep'
    summary = 'a wait of 10 ms: time.sleep, or asyncio.sleep in a loop'
    item, value_unit, cell_default = 'wait', 'wait_ns', 'conc:64'
    params = WAIT_PARAM,
    models = ALL + INTERPRETERS
    waits = True

    def prepare(self, run):
        run.data = run.number('wait-ms') / 1000

    def task(self, run, index, worker):
        wait_blocking(run, worker, run.data)
        return index + 1

    async def task_async(self, run, index):
        await wait_in_loop(run, run.data)
        return index + 1

    def account(self, run, items):
        run.value = wait_mean_ns(run, items)
        return sum_of_indices(items)


class Fetch(Workload):
    """A task is one GET: http.client, or asyncio's streams in a loop."""

    family, name = 'io', 'fetch'
    summary = 'a crawler: a GET over TCP from a local HTTP server that answers after 5 ms'
    item, value_unit, cell_default = 'page', 'generator_cpu_fraction', 'conc:64/place:split'
    params = (Param('delay-ms', 5, 'milliseconds until the server answers', least=0),
              Param('keep', 'no', 'a connection for each request, or one that lasts as long as whoever made it',
                    choices='no|yes'))
    waits = True

    def prepare(self, run):
        import http.client
        self.connect = http.client.HTTPConnection
        self.keep, self.kept = run.key('keep') == 'yes', []
        listeners = http_origin.open_listeners(run.conc)
        self.ports = [listener.getsockname()[1] for listener in listeners]
        run.generator(http_origin.serve, listeners, run.number('delay-ms') / 1000)
        for listener in listeners:
            listener.close()  # where the server dies, clients are refused

    def task(self, run, index, worker):
        connection = getattr(here, 'connection', None) if self.keep else None
        if connection is None:
            connection = self.connect('127.0.0.1', self.ports[index % len(self.ports)])
        connection.request('GET', f'/{index}')
        answer = connection.getresponse()
        page = answer.read()
        if answer.status != 200 or len(page) != http_origin.PAGE.size:
            raise RuntimeError("the HTTP server's answer is not what it should be")
        if self.keep:
            here.connection = connection
        else:
            connection.close()
        return sum(http_origin.PAGE.unpack(page)) & WORD

    async def task_async(self, run, index):
        if self.kept:
            reader, writer = self.kept.pop()
        else:
            reader, writer = await asyncio.open_connection('127.0.0.1', self.ports[index % len(self.ports)])
        writer.write(f'GET /{index} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        head = await reader.readuntil(b'\r\n\r\n')
        fields = dict(line.split(b': ', 1) for line in head.splitlines()[1:-1])
        if not head.startswith(b'HTTP/1.1 200 ') or int(fields[b'Content-Length']) != http_origin.PAGE.size:
            raise RuntimeError("the HTTP server's answer is not what it should be")
        page = await reader.readexactly(http_origin.PAGE.size)
        if self.keep:
            self.kept.append((reader, writer))
        else:
            writer.close()
        return sum(http_origin.PAGE.unpack(page)) & WORD

    def account(self, run, items):
        run.value = run.generator_cpu_fraction()
        return sum(map(http_origin.page_sum, range(items)))

    def cleanup(self, run):
        run.stop_generator()


class Files(Workload):
    """Files without a name in TMPDIR, opened before the clock. asyncio has no files: in a loop as many threads as tasks
    in flight read, and the loop sums."""

    family, name = 'io', 'files'
    summary = 'reading a file and summing its words; a loop has threads that read'
    item, cell_default = 'file', 'conc:4'
    params = (Param('direct', 'no', 'past the page cache (O_DIRECT)', choices='no|yes'),
              Param('files', 64, 'files, read in turn'), Param('kib', 64, 'size of a file in KiB'))

    def prepare(self, run):
        self.files, self.readers = [], None
        self.size, self.direct = run.number('kib') * 1024, run.key('direct') == 'yes'
        if self.direct and not hasattr(os, 'preadv'):
            raise Skip('direct:yes: this Python has no os.preadv')
        self.words = self.size // 8
        self.files = [self.write_file(number) for number in range(run.number('files'))]

    def write_file(self, number):
        file = tempfile.TemporaryFile()
        first = number << 32
        file.write(b''.join((first + i).to_bytes(8, 'little') for i in range(self.words)))
        file.flush()
        if self.direct:
            os.fsync(file.fileno())
            self.set_direct(file)
        return file

    @staticmethod
    def set_direct(file):
        try:
            fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_DIRECT)
        except OSError as problem:
            raise Skip(f'direct:yes: a file in {tempfile.gettempdir()} (TMPDIR) cannot be read with O_DIRECT: '
                       f'{problem.strerror}; set TMPDIR to a folder on a disk') from None

    def read(self, index):
        file = self.files[index % len(self.files)].fileno()
        data = self.read_direct(file) if self.direct else os.pread(file, self.size, 0)
        if len(data) != self.size:
            raise RuntimeError('read: the file ends too early')
        return data

    def read_direct(self, file):
        """Into memory that begins with a page, as it must."""
        buffer = mmap.mmap(-1, -(-self.size // mmap.PAGESIZE) * mmap.PAGESIZE)
        return memoryview(buffer)[:os.preadv(file, [buffer], 0)]

    @staticmethod
    def sum_words(data):
        return sum(memoryview(data).cast('Q')) & WORD

    def task(self, run, index, worker):
        return self.sum_words(self.read(index))

    async def task_async(self, run, index):
        if self.readers is None:
            self.readers = ThreadPoolExecutor(run.conc)
        return self.sum_words(await asyncio.get_running_loop().run_in_executor(self.readers, self.read, index))

    def account(self, run, items):
        same, total = self.words * (self.words - 1) // 2, 0
        for number in range(min(items, len(self.files))):
            total += ((items - number - 1) // len(self.files) + 1) * ((number << 32) * self.words + same)
        return total

    def cleanup(self, run):
        if self.readers:
            self.readers.shutdown()
        for file in self.files:
            file.close()


WORKLOADS = Sleep, Echo, Fetch, Files
