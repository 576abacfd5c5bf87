"""Reads one timeline for each path on standard input, in one process, and says in a line of JSON how each ended.

For tests that read hundreds of damaged files: a child process for each would take minutes. What ends this interpreter
is seen by the test as a missing line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pickup.errors import PickupError
from pickup.holes import Rules
from pickup.timelines.survey import ReadSettings, SurveyRequest, run_survey


def ending(path: str) -> dict[str, object]:
    request = SurveyRequest(timeline=Path(path), settings=ReadSettings(), rules=Rules(offline=True), explain=True)
    try:
        survey = run_survey(request, lambda _done: None)
    except PickupError as error:
        return {"error": error.message, "kind": type(error).__name__, "where": error.where, "next": error.next_step}
    except Exception as error:  # noqa: BLE001 - what a reader must never do is what the test looks for
        return {"fault": f"{type(error).__name__}: {error}"}
    return {"holes": len(survey.found.holes), "findings": [each.code for each in survey.found.findings]}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(ending(json.loads(line))) + "\n")
        sys.stdout.flush()
