#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""stall.py [PORT]: something for rcvdelay to find.

A server, the process "stalls", listens on PORT (4242) and answers each message. At each 42nd it
stops: data has come, and for a second it does not read it. Another, "prompt", on PORT + 1, is
asked meanwhile, many times, and always answers at once. A line on stdout tells each stop and how
long it was. --messages, --every and --stop change the numbers (84, 42, 1.0).
"""
import argparse
import multiprocessing
import select
import socket
import time

MESSAGE = b"x" * 100
ASKED = 10      # how often "prompt" is, each time the other stops


def be_called(name):
    """The name of this process, as ps -o comm shows it."""
    with open("/proc/self/comm", "w") as f:
        f.write(name)


def listen(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(1)
    return s


def receive(conn):
    """A whole message; False when the other end has closed."""
    left = len(MESSAGE)
    while left:
        data = conn.recv(left)
        if not data:
            return False
        left -= len(data)
    return True


def stop(number, seconds, conn, client):
    """Does not read what is there: for that long, and until the client has asked the other."""
    select.select([conn], [], [])
    begin = time.monotonic()
    client.send("stopped")
    time.sleep(seconds)
    client.recv()
    print("stop at message %d: %.6f s, process stalls, pid %d, port %d" % (
        number, time.monotonic() - begin, multiprocessing.current_process().pid,
        conn.getpeername()[1]), flush=True)


def serve_with_stops(listener, every, seconds, client):
    be_called("stalls")
    conn, _ = listener.accept()
    number = 1
    while True:
        if number % every == 0:
            stop(number, seconds, conn, client)
        if not receive(conn):
            break
        conn.sendall(MESSAGE)
        number += 1


def serve_at_once(listener):
    be_called("prompt")
    conn, _ = listener.accept()
    while receive(conn):
        conn.sendall(MESSAGE)


def ask(conn):
    conn.sendall(MESSAGE)
    receive(conn)


def ask_meanwhile(args, prompt, server):
    """All of this begins and ends while "stalls" stands still: whatever else the machine does,
    the delays of "prompt" are shorter than the stop."""
    server.recv()
    for _ in range(ASKED):
        ask(prompt)
        time.sleep(args.stop / 2 / ASKED)
    server.send("done")


def talk(args, stalling, prompt, server):
    """The client"""
    be_called("client")
    for number in range(1, args.messages + 1):
        stalling.sendall(MESSAGE)
        if number % args.every == 0:
            ask_meanwhile(args, prompt, server)
        receive(stalling)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                     epilog=__doc__.split("\n\n")[1])
    parser.add_argument("port", type=int, nargs="?", default=4242)
    parser.add_argument("--messages", type=int, default=84)
    parser.add_argument("--every", type=int, default=42)
    parser.add_argument("--stop", type=float, default=1.0)
    args = parser.parse_args()
    client, server_end = multiprocessing.Pipe()
    listeners = [listen(args.port), listen(args.port + 1)]
    servers = [
        multiprocessing.Process(target=serve_with_stops, daemon=True,
                                args=(listeners[0], args.every, args.stop, client)),
        multiprocessing.Process(target=serve_at_once, daemon=True, args=(listeners[1],)),
    ]
    for server in servers:
        server.start()
    stalling = socket.create_connection(("127.0.0.1", args.port))
    prompt = socket.create_connection(("127.0.0.1", args.port + 1))
    talk(args, stalling, prompt, server_end)
    stalling.close()
    prompt.close()
    for server in servers:
        server.join()


if __name__ == "__main__":
    main()
