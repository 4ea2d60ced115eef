# SPDX-License-Identifier: MIT
"""An HTTP/1.1 server on loopback that answers each request after a delay: a process of its own, where a load generator
would sit. It is what tasks wait for, and must not be what limits them."""

import socket
import struct

from lazy import Lazy
from workload import WORD

asyncio = Lazy('asyncio')
PAGE_WORDS = 32
PAGE = struct.Struct(f'<{PAGE_WORDS}Q')  # the words mix(N), mix(N) + 1, ... of the page /N
HEAD = f'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {PAGE.size}\r\n\r\n'.encode()
_RESET = struct.pack('ii', 1, 0)  # on close: no port waits in TIME_WAIT


def mix(number):
    """The finalizer of splitmix64 (Steele, Lea and Flood 2014)."""
    number = number + 0x9e3779b97f4a7c15 & WORD
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9 & WORD
    number = (number ^ number >> 27) * 0x94d049bb133111eb & WORD
    return number ^ number >> 31


def page_sum(page):
    """What the words of a page add up to."""
    return PAGE_WORDS * mix(page) + PAGE_WORDS * (PAGE_WORDS - 1) // 2


def backlog_max():
    with open('/proc/sys/net/core/somaxconn') as file:
        return int(file.read())


def open_listeners(connections):
    """As many as it takes for no backlog to overflow."""
    return [_open_listener(backlog_max()) for _ in range(-(-connections // backlog_max()))]


def _open_listener(backlog):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)  # which those it accepts inherit
    listener.bind(('127.0.0.1', 0))
    listener.listen(backlog)
    return listener


class _Peer:
    """An asyncio.Protocol."""

    def __init__(self, delay_s):
        self.delay_s, self.request = delay_s, b''

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, problem):
        pass

    def eof_received(self):
        return False  # which closes the connection

    def data_received(self, data):
        self.request += data
        if self.request.endswith(b'\r\n\r\n'):
            verb, path, _ = self.request.split(b' ', 2)
            self.request = b''
            if verb != b'GET':
                self.transport.abort()
            else:
                asyncio.get_running_loop().call_later(self.delay_s, self.answer, int(path[1:]))

    def answer(self, page):
        first = mix(page)
        if not self.transport.is_closing():
            self.transport.write(HEAD + PAGE.pack(*[first + i & WORD for i in range(PAGE_WORDS)]))


async def _serve(listeners, delay_s):
    loop = asyncio.get_running_loop()
    for listener in listeners:
        await loop.create_server(lambda: _Peer(delay_s), sock=listener, backlog=backlog_max())
    await asyncio.Event().wait()


def serve(listeners, delay_s):
    """Until the process is ended."""
    asyncio.run(_serve(listeners, delay_s))
