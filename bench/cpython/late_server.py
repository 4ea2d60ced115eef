# SPDX-License-Identifier: MIT
"""A server that keeps its answers back until all of its clients have asked. It runs in an interpreter of its own, which
shares no memory with those who are measured:

    late_server.py LISTENER CLIENTS PARENT UNIT,..."""

import selectors
import socket
import sys

import machine

QUESTION, ANSWER = b'?', b'!'


def serve(listener, clients):
    selector, asked, closed = selectors.DefaultSelector(), [], 0
    selector.register(listener, selectors.EVENT_READ)
    while closed < clients:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
            elif key.fileobj.recv(1) == QUESTION:
                asked.append(key.fileobj)
                if len(asked) == clients:
                    for client in asked:
                        client.sendall(ANSWER)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                closed += 1


def main():
    listener, clients, parent = map(int, sys.argv[1:4])
    machine.die_with(parent)
    machine.raise_limits()
    if sys.argv[4]:
        machine.pin(map(int, sys.argv[4].split(',')))
    serve(socket.socket(fileno=listener), clients)


if __name__ == '__main__':
    main()
