"""What each hole should show: specs, prompts and what a prompt lacks. Pure; it knows no provider and no library.

spec = make_spec((hole,), code="SH0010", wishes=wishes)
spec.prompt               'rain over the city, night. natural light, observed moment, …'
"""

from pickup.shots.characters import ReferencePicture, ReferenceSet
from pickup.shots.lint import LintNote, lint_prompt
from pickup.shots.model import Delivered, ShotSpec, ShotWishes
from pickup.shots.retimed import Retimed, can_be_played, speed_of_placeholder
from pickup.shots.spec import make_spec, make_stand_in

__all__ = [
    "Delivered",
    "LintNote",
    "ReferencePicture",
    "ReferenceSet",
    "Retimed",
    "ShotSpec",
    "ShotWishes",
    "can_be_played",
    "lint_prompt",
    "make_spec",
    "make_stand_in",
    "speed_of_placeholder",
]
