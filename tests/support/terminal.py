"""Runs a program on a pseudo-terminal, types into it, and prints what happened as JSON."""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LIMIT = 100  # seconds


def main():
    spec, command = json.loads(sys.argv[1]), sys.argv[2:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    size = struct.pack("HHHH", 24, spec["columns"], 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    screen, typed, since = b"", spec["type"] == "", time.monotonic()
    started = since
    while time.monotonic() - started < LIMIT:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:  # the other side is closed
                break
            if not data:
                break
            screen += data
        if not typed and spec["when"].encode() in screen:
            typed, since = True, time.monotonic()
            os.write(terminal, spec["type"].encode())
    else:
        os.kill(pid, 9)
    _, status = os.waitpid(pid, 0)
    print(json.dumps({
        "pid": pid,
        "status": os.waitstatus_to_exitcode(status),
        "screen": screen.decode(),
        "seconds": time.monotonic() - since,
    }))


main()
