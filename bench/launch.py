"""Runs one command and writes down what it took: ``python -I -S launch.py RESULT LIMIT COMMAND...``.

Linux counts into the peak memory of a child what its parent held when it was forked. So the parent is this, which is
small: 9 MB, below which no figure can be.
"""

import os
import signal
import sys
import time


def main(result: str, limit: float, command: list[str]) -> None:
    """Wall seconds, CPU seconds, peak memory in KB, exit status; a late command is killed, with all it started."""
    started = time.perf_counter()
    # a process group of its own: it is killed as a whole
    child = os.posix_spawnp(command[0], command, os.environ, setpgroup=0)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    with open(result, "w") as file:  # noqa: PTH123  pathlib would be a third of the memory
        cpu = usage.ru_utime + usage.ru_stime
        file.write(f"{seconds} {cpu} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
