"""Runs a command and prints its wall seconds, CPU seconds and peak memory as JSON: `python launch.py COMMAND…`.

A process of its own, and a small one: Linux counts what the parent held when it forked as the child's peak.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main(command: list[str]) -> int:
    """The command's exit code; what it prints is thrown away, what it complains of is not."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    sys.stdout.write(json.dumps([wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6]))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
