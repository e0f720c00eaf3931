"""What a process uses of the machine, together with the processes that it started."""

import psutil


def used(process: psutil.Process) -> tuple[int, float]:
    """The resident bytes of `process` and of those it started, and the seconds that all have computed so far.

    Memory that several share, such as weights mapped from one file, counts for each. What a process computed that has
    ended counts for the one that started it.
    """
    memory, seconds = 0, 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            memory += each.memory_info().rss
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system + times.children_user + times.children_system
    return memory, seconds
