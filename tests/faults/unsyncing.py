"""`askwhy run` on a disk that stops syncing: `python -m tests.faults.unsyncing run`.

As soon as the file BREAK_SYNC names exists, every fsync and fdatasync of the process fails with EIO, by a seccomp filter of
the kernel: no tool to install, no library to load. A second file, with `.done` behind its name, then says "ok", or why it
cannot be done here.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Final

NUMBERS: Final = {"x86_64": (317, (74, 75)), "aarch64": (277, (82, 83))}
"""By machine: the number of seccomp, and those of fsync and fdatasync."""

SET_MODE_FILTER, ALL_THREADS, NO_NEW_PRIVILEGES = 1, 1, 38
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000 | errno.EIO


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def break_sync() -> str:
    """Let every sync of this process fail from now on, in all threads; return "ok" or what is in the way."""
    if sys.platform != "linux" or platform.machine() not in NUMBERS:
        return f"no seccomp on {sys.platform} {platform.machine()}"
    seccomp, syncs = NUMBERS[platform.machine()]
    libc = ctypes.CDLL(None, use_errno=True)
    steps = [(LOAD, 0, 0, 0)]
    steps += [
        (JUMP_IF_EQUAL, len(syncs) - place, 0, number) for place, number in enumerate(syncs)
    ]  # to the last step
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = Program(len(steps), code)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(
        seccomp, SET_MODE_FILTER, ALL_THREADS, ctypes.byref(program)
    ):
        return os.strerror(ctypes.get_errno())
    return "ok"


def _wait_for(sign: Path) -> None:
    while not sign.exists():
        time.sleep(0.01)
    told = break_sync()
    part = sign.with_name(sign.name + ".part")
    part.write_text(told)
    part.rename(sign.with_name(sign.name + ".done"))


if __name__ == "__main__":
    from bot.cli import main

    threading.Thread(target=_wait_for, args=(Path(os.environ["BREAK_SYNC"]),), daemon=True).start()
    main()
