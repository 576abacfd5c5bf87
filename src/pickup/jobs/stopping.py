"""Running work of an event loop until it is done, or until somebody in another thread says that it should stop.

result = run_until_stopped(work(), stop=lambda: False)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from pickup.errors import Stopped

_STOP_S = 0.2

Result = TypeVar("Result")


def run_until_stopped(work: Coroutine[Any, Any, Result], *, stop: Callable[[], bool]) -> Result:
    """What `work` returns; `stop` is asked again and again from the loop's thread, and cancels it.

    Raises:
        KeyboardInterrupt: Ctrl-C; the work was cancelled.
        Stopped: `stop` said so; likewise.
    """

    async def quietly() -> Result:
        asyncio.get_running_loop().set_exception_handler(_without_interrupts)
        asking = asyncio.create_task(_cancel_when(stop, asyncio.current_task()))
        try:
            return await work
        except asyncio.CancelledError:
            if not asking.done():
                raise
            message = "stopped; nothing that was made or paid for is lost"
            raise Stopped(message, next_step="run it again: it goes on where it stopped") from None
        finally:
            asking.cancel()

    return asyncio.run(quietly())


async def _cancel_when(stop: Callable[[], bool], work: asyncio.Task[Any] | None) -> None:
    while not stop():  # noqa: ASYNC110 - who asks it to stop lives in another thread and has no event of this loop
        await asyncio.sleep(_STOP_S)
    if work is not None:
        work.cancel()


def _without_interrupts(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A second Ctrl-C reaches the caller as KeyboardInterrupt; asyncio need not log it for every task as well."""
    if not isinstance(context.get("exception"), KeyboardInterrupt):
        loop.default_exception_handler(context)
