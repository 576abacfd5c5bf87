"""Identity of shots: which pickup a hole wants, when the cut has been exported again, and what changed since.

Pure values in, pure values out. A shot is recognized by the first of these that holds: our own metadata, the take's
file in the cut, a shot code, a brief or a name that an editor chose, the neighbours with their cut frames, the record
range. What cannot be decided is asked, and nothing is guessed in silence.

    model       a hole that claims a shot, how a shot was seen last, and what was found
    evidence    what a claim and a sighting have in common
    recognize   pairs them
    shifts      which frame of a shot is seen first after a trim
    changes     what became of each pickup between two versions of a cut
"""

from pickup.match.changes import Change, ChangeKind, list_changes
from pickup.match.evidence import comparable_name, comparable_words, joints_of
from pickup.match.model import Claim, Confidence, Identity, Recognized, Sighting
from pickup.match.recognize import recognize

__all__ = [
    "Change",
    "ChangeKind",
    "Claim",
    "Confidence",
    "Identity",
    "Recognized",
    "Sighting",
    "comparable_name",
    "comparable_words",
    "joints_of",
    "list_changes",
    "recognize",
]
