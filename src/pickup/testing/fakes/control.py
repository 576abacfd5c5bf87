"""The control of a fake over HTTP, for another process; see `server`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from pickup.testing.fakes.jobs import Jobs
from pickup.testing.fakes.wire import Reply, Request, json_reply

CONTROL = "/__fake__/"


def control(request: Request, *, jobs: Jobs, restart: Callable[[], None]) -> Reply:
    """Does what a call below `/__fake__/` asks."""
    match request.method, request.path.removeprefix(CONTROL):
        case "POST", "advance":
            seconds = request.fields.get("seconds")
            if not isinstance(seconds, int | float) or not seconds >= 0:
                return json_reply({"error": '"seconds" must be a number, not below 0'}, status=400)
            jobs.clock.advance(seconds)
            return json_reply({"now": jobs.clock.now()})
        case "POST", "restart":
            restart()
            return json_reply({"restarted": True})
        case "GET", "charges":
            return json_reply(books(jobs))
    return json_reply({"error": f"there is no {request.method} {request.path}"}, status=404)


def books(jobs: Jobs) -> Mapping[str, object]:
    """What was accepted and charged, as JSON."""
    charged = {job.number: job.usd for job in jobs.charged}
    return {
        "charges": len(charged),
        "charged_usd": str(sum(charged.values(), Decimal(0))),
        "accepted": len(jobs.accepted),
        "most_running": jobs.most_running,
        "fetched": jobs.fetched,
        "jobs": [
            {
                "id": job.remote_id,
                "prompt": job.order.prompt,
                "key": job.key,
                "state": jobs.look(job).state.value,
                "charged": job.number in charged,
                "usd": str(job.usd),
                "created_at": job.created_at,
            }
            for job in jobs.accepted
        ],
    }
