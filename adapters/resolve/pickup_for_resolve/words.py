"""What is said to the editor: how a button ended, and why it could not go on.

Nothing here talks to Resolve or shows anything; `show` does that.

    ended(lambda: go(...))       Outcome(good=False, lines=("No timeline is open.", "Open one."))
"""

from typing import TYPE_CHECKING, NamedTuple, Tuple

if TYPE_CHECKING:
    from typing import Callable


class Outcome(NamedTuple):
    """How a button ended.

    Attributes:
        good: Whether it did what its name says.
        lines: What happened, then what to do next.
    """

    good: bool
    lines: "Tuple[str, ...]"


class Trouble(Exception):
    """It cannot go on: `message` says what is wrong, `next_step` what the editor can do."""

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


def ended(button: "Callable[[], Outcome]") -> "Outcome":
    """Presses a button; whatever goes wrong becomes plain words."""
    try:
        return button()
    except Trouble as trouble:
        return Outcome(good=False, lines=(trouble.message, trouble.next_step))
    except OSError as error:
        what = error.strerror or str(error)
        where = f" ({error.filename})" if error.filename else ""
        return Outcome(
            good=False,
            lines=(
                f"The disk refused: {what}{where}.",
                "See that the folder can be written, and press the button again.",
            ),
        )
    except Exception as error:  # noqa: BLE001  an editor must never meet a traceback
        return Outcome(
            good=False,
            lines=(
                f"Pickup stopped because of a mistake of its own: {type(error).__name__}: {error}.",
                "Please report this line, and export or import by hand for now: File > Export or Import > Timeline.",
            ),
        )


def counted(count: int, noun: str) -> str:
    """A count as it is spoken: `1 clip`, `2 clips`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
