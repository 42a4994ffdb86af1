"""Work shared out to threads, its results in the order of what was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from os import cpu_count
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_order(
    work: Callable[[Given], Made], items: Iterable[Given], jobs: int | None = None
) -> Iterator[Made]:
    """``work(item)`` for each item, on ``jobs`` threads (one for each core by default).

    No more than ``jobs + 1`` items are read ahead. numpy and Arrow let go of the interpreter
    while they compute, so threads share the work. What ``work`` raises is raised in its turn;
    what waits behind it is then not begun.
    """
    wanted = jobs or cpu_count() or 1
    source = iter(items)
    if wanted == 1:
        yield from map(work, source)
        return
    with ThreadPoolExecutor(wanted) as pool:
        waiting: deque[Future[Made]] = deque(
            pool.submit(work, item) for item in islice(source, wanted + 1)
        )
        try:
            while waiting:
                done = waiting.popleft().result()
                waiting.extend(pool.submit(work, item) for item in islice(source, 1))
                yield done
        finally:
            for future in waiting:
                future.cancel()
