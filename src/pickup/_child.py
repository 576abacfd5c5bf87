"""Child processes with limits: untrusted files are read, and media is made, outside the caller's process.

A function named `module:function` is called with one argument in a fresh interpreter. Progress and the result come
back as pickles that may hold nothing but plain values and the dataclasses of `pickup`; a `PickupError` raised there
is raised here. A function may yield its result instead of returning it: what it holds then is not taken apart before
the child ends. The child ends when its parent ends, is killed when its time is over, and cannot take more memory than
its limit on systems that can enforce one (not Windows).

    call("pickup.timelines.survey:survey", request, limits=Limits(seconds=60), what="reading cut.otio")
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import IO, NoReturn

from pickup import errors
from pickup.errors import PickupError

Report = Callable[[float], None]
"""Called with the share of the work done, 0.0 to 1.0."""

_NO_ROOM = "failed to map segment"
"""What the system's linker says of a library that does not fit into the memory that is left."""

_LENGTH_BYTES = 8
_MESSAGE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may take: wall time in seconds and, where set, address space in MB."""

    seconds: float
    memory_mb: int | None = None


class ChildDied(Exception):
    """The child ended without an answer; `reason` says how, in words, and `fault` names a fault of our own."""

    def __init__(self, reason: str, *, log: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.log = log
        self.fault = log.strip().rpartition("\n")[2] if "Traceback (most recent call last)" in log else ""


class Child:
    """One function running in one process; `result` waits for it."""

    def __init__(self, function: str, argument: object, *, limits: Limits, report: Report | None = None) -> None:
        self._limits = limits
        self._report = report or (lambda _done: None)
        self._timed_out = False
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-m", "pickup._child", function, str(limits.memory_mb or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._argument = pickle.dumps(argument)

    def result(self) -> object:
        """What the function returned.

        Raises:
            PickupError: As the function raised it.
            ChildDied: It crashed, was killed, or ran out of time or memory.
        """
        timer = threading.Timer(self._limits.seconds, self._stop_late)
        timer.daemon = True
        timer.start()
        log = bytearray()
        reader = threading.Thread(target=self._collect_log, args=(log,), daemon=True)
        reader.start()
        try:
            return self._exchange()
        except (EOFError, BrokenPipeError, ConnectionError):
            self._process.wait()
            reader.join(timeout=1)
            raise ChildDied(self._how_it_ended(), log=log.decode(errors="replace")[-2000:]) from None
        finally:
            timer.cancel()
            self.kill()
            reader.join(timeout=1)
            self._close()

    def kill(self) -> None:
        """Ends the process now, if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _exchange(self) -> object:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        _send(stdin, self._argument)
        while True:
            tag, value = _load(_receive(stdout))
            if tag == "progress" and isinstance(value, float):
                self._report(value)
            elif tag == "error":
                raise _error_from(value)
            elif tag == "result":
                return value

    def _stop_late(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _collect_log(self, log: bytearray) -> None:
        if self._process.stderr is not None:
            for line in self._process.stderr:
                log += line
                del log[:-4000]

    def _how_it_ended(self) -> str:
        code = self._process.returncode
        if self._timed_out:
            return f"took longer than {self._limits.seconds:.0f} s"
        if code is not None and code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return f"ended without an answer (exit {code})"

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def call(function: str, argument: object, *, limits: Limits, report: Report | None = None) -> object:
    """Runs `module:function` with `argument` in a child and waits; see `Child.result`."""
    return Child(function, argument, limits=limits, report=report).result()


async def call_async(function: str, argument: object, *, limits: Limits, report: Report | None = None) -> object:
    """Like `call`, without blocking the event loop; cancelling ends the child."""
    import asyncio  # noqa: PLC0415 - every child imports this module, and none of them needs it

    child = Child(function, argument, limits=limits, report=report)
    try:
        return await asyncio.to_thread(child.result)
    finally:
        child.kill()


class _PlainUnpickler(pickle.Unpickler):
    """Refuses everything but Pickup's own value types: a child has handled untrusted data."""

    def find_class(self, module_name: str, global_name: str) -> object:
        if (module_name, global_name) in {("fractions", "Fraction"), ("decimal", "Decimal")}:
            return Fraction if global_name == "Fraction" else Decimal
        if module_name.startswith("pickup.") and "." not in global_name:
            found = getattr(importlib.import_module(module_name), global_name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} may not come from a child")


def _load(message: bytes) -> tuple[object, object]:
    tag, value = _PlainUnpickler(io.BytesIO(message)).load()
    return tag, value


def _error_from(value: object) -> PickupError:
    name, message, where, next_step = value if isinstance(value, tuple) else ("PickupError", str(value), None, "")
    kind = getattr(errors, name, PickupError)
    if not (isinstance(kind, type) and issubclass(kind, PickupError)):
        kind = PickupError
    return kind(message, where=where, next_step=next_step)


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(_LENGTH_BYTES, "big"))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    length = int.from_bytes(_exactly(pipe, _LENGTH_BYTES), "big")
    if length > _MESSAGE_BYTES:
        raise EOFError
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise EOFError
    return content


def _serve(function: str, memory_mb: int) -> None:
    """The child's side: one call, then the end."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not look like an answer
    argument = pickle.loads(_receive(sys.stdin.buffer))  # noqa: S301 - it comes from our own parent
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if memory_mb:
        _limit_memory(memory_mb << 20)
    lock = threading.Lock()

    def answer(tag: str, value: object) -> None:
        with lock:
            _send(answers, pickle.dumps((tag, value)))

    module_name, _, name = function.partition(":")
    run = getattr(importlib.import_module(module_name), name)
    try:
        result = run(argument, lambda done: answer("progress", float(done)))
        answer("result", next(result) if isinstance(result, Iterator) else result)
    except PickupError as error:
        answer("error", (type(error).__name__, error.message, error.where, error.next_step))
    except (MemoryError, ImportError) as error:
        if isinstance(error, ImportError) and _NO_ROOM not in str(error):
            raise
        answer("error", ("PickupError", f"it needs more memory than the limit of {memory_mb} MB", None, ""))


def _end_with_parent() -> None:
    """The parent keeps our input open as long as it lives."""
    while os.read(sys.stdin.fileno(), 1):
        continue
    os._exit(1)


def _limit_memory(limit_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return
    for which, wanted in ((resource.RLIMIT_AS, limit_bytes), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (wanted if hard < 0 else min(wanted, hard), hard))


def main(arguments: Sequence[str]) -> NoReturn:
    """The whole life of a child.

    Args:
        arguments: The function, and the limit of its memory in MB or 0.
    """
    try:
        _serve(arguments[0], int(arguments[1]))
    except BaseException:  # noqa: BLE001 - whatever it was, the parent reads it in our log
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)  # the thread that waits for the parent would hold up an orderly end


if __name__ == "__main__":
    main(sys.argv[1:])
