"""A fake of OpenAI's videos API and of the servers that speak it, one profile each.

with FakeOpenAI(profile="inworld", setup=Setup(key="secret", price_per_second=Decimal("0.10"))) as fake:
    ...                                                 POST fake.base_url + "/videos"
fake.charges, fake.charged_usd, fake.requests[0].fields
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.links import Links
from pickup.testing.fakes.openai_creates import read_order
from pickup.testing.fakes.openai_derived import derived_order, thumbnail
from pickup.testing.fakes.openai_shapes import deleted_object, list_object, new_id, video_object
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.profiles import PROFILES, Profile
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.server import FakeServer
from pickup.testing.fakes.wire import RefusedError, Reply, Request, json_reply, range_reply

_DEFAULT_PAGE = 20
_MOST_PAGE = 100
_SERVER_ERROR = 500


class FakeOpenAI(FakeServer):
    """The videos API of one profile; see `profiles.Profile` for what may differ."""

    kind: ClassVar[str] = "openai_videos"

    def __init__(
        self, *, profile: Profile | str = "openai", faults: Iterable[Fault | str] = (), setup: Setup | None = None
    ) -> None:
        super().__init__(faults=faults, setup=setup)
        self.profile = PROFILES[profile] if isinstance(profile, str) else profile
        self.jobs.replays = self.profile.replays
        self.jobs.bills_failures = self.profile.bills_failures
        self.links = Links(clock=self.clock, lives_s=self.profile.link_s)
        self._routes = tuple(self._made_routes())

    @property
    def base_url(self) -> str:
        """With `/v1`."""
        return f"{self.url}/v1"

    @property
    def routes(self) -> Sequence[Route]:
        """The calls of the profile."""
        return self._routes

    def refusal(self, refused: RefusedError) -> Reply:
        """OpenAI's error object."""
        kind = "server_error" if refused.status >= _SERVER_ERROR else "invalid_request_error"
        error = {"message": refused.message, "type": kind, "param": refused.param, "code": refused.code}
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        return json_reply({"error": error}, status=refused.status, headers=headers)

    def admits(self, request: Request, *, key: str) -> bool:
        """The key under the profile's scheme; a Basic key may be encoded already or not."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = {key, base64.b64encode(key.encode()).decode()} if self.profile.auth == "Basic" else {key}
        other = request.headers.get(self.profile.other_key_header or "")
        return (scheme == self.profile.auth and given in wanted) or other == key

    def _made_routes(self) -> Iterable[Route]:
        profile = self.profile
        videos = r"(?:/v1)?/videos" if profile.bare_paths else "/v1/videos"
        one = f"{videos}/([^/]+)"
        yield Route(method="GET", pattern=r"/files/\d+\.mp4", work=self._file, call=Call.CONTENT, is_open=True)
        yield Route(method="GET", pattern="(?:/v1)?/models", work=self._models)
        yield Route(method="POST", pattern=videos, work=self._create, call=Call.CREATE)
        if profile.name == "vllm-omni":
            yield Route(method="POST", pattern=f"{videos}/sync", work=self._create_and_wait, call=Call.CREATE)
        if profile.name == "new-api":
            yield Route(method="POST", pattern="/v1/video/generations", work=self._create, call=Call.CREATE)
            yield Route(method="GET", pattern="/v1/video/generations/([^/]+)", work=self._poll, call=Call.POLL)
        if profile.lists != "none":
            yield Route(method="GET", pattern=videos, work=self._list, call=Call.LIST)
        if profile.has_content:
            yield Route(method="GET", pattern=f"{one}/content", work=self._content, call=Call.CONTENT)
        if profile.cancels:
            yield Route(method="POST", pattern=f"{one}/cancel", work=self._cancel, call=Call.CANCEL)
        if profile.deletes != "none":
            yield Route(method="DELETE", pattern=one, work=self._delete, call=Call.DELETE)
        if profile.name in {"openai", "litellm", "new-api"}:
            yield Route(method="POST", pattern=f"{one}/(remix)", work=self._derive, call=Call.CREATE)
        if profile.name in {"openai", "litellm"}:
            yield Route(method="POST", pattern=f"{videos}()/(edits|extensions)", work=self._derive, call=Call.CREATE)
        yield Route(method="GET", pattern=one, work=self._poll, call=Call.POLL)

    def _models(self, _exchange: Exchange) -> Reply:
        model = self.profile.model
        if self.profile.name == "sglang":
            return json_reply({"model_path": model, "task_type": "TI2V"})
        return json_reply({"object": "list", "data": [{"id": model, "object": "model", "owned_by": "fake"}]})

    def _create(self, exchange: Exchange) -> Reply:
        order = read_order(exchange.request, profile=self.profile)
        job, is_new = self._accept(order, exchange)
        look = self.jobs.look(job)
        if is_new:
            look = replace(look, state=State.QUEUED, done=0.0, ended_at=None)
        return json_reply(self._shown(look), status=self.profile.create_status, headers=self._poll_headers())

    def _create_and_wait(self, exchange: Exchange) -> Reply:
        """vLLM-Omni's `/sync`: the video itself is the reply."""
        order = read_order(exchange.request, profile=self.profile)
        job, _is_new = self._accept(order, exchange)
        headers = {
            "Content-Type": "video/mp4",
            "X-Request-Id": job.remote_id,
            "X-Model": order.model,
            "X-Inference-Time-S": f"{self.setup.pace.latency_s:.3f}",
        }
        return Reply(body=self.video(job), headers=headers)

    def _derive(self, exchange: Exchange) -> Reply:
        """A remix, an edit or an extension of a video that is known."""
        given, verb = exchange.parts
        order, source = derived_order(exchange.request, verb=verb, remote_id=given, find=self.jobs.find)
        remixed = source.remote_id if source is not None and verb == "remix" else None
        job, _is_new = self._accept(order, exchange, remixed_from=remixed)
        look = replace(self.jobs.look(job), state=State.QUEUED, done=0.0, ended_at=None)
        return json_reply(self._shown(look), headers=self._poll_headers())

    def _accept(self, order: Order, exchange: Exchange, *, remixed_from: str | None = None) -> tuple[Accepted, bool]:
        return self.jobs.accept(
            order,
            name=lambda _number: new_id(model=order.model, profile=self.profile),
            key=exchange.request.headers.get("idempotency-key"),
            fate=exchange.fate or Fate.WELL,
            remixed_from=remixed_from,
        )

    def _poll(self, exchange: Exchange) -> Reply:
        job = self._job(exchange)
        if exchange.fate is not None:
            job.fate = exchange.fate
        return json_reply(self._shown(self.jobs.poll(job)), headers=self._poll_headers())

    def _list(self, exchange: Exchange) -> Reply:
        query = exchange.request.query
        named = query.get("custom_llm_provider") or exchange.request.headers.get("custom-llm-provider")
        if self.profile.list_needs_provider and not named:
            raise RefusedError("Name the provider.", param="custom_llm_provider")
        jobs = list(self.jobs.live)
        if query.get("order", "desc") == "desc":
            jobs.reverse()
        if "after" in query:
            ids = [job.remote_id for job in jobs]
            if query["after"] not in ids:
                raise RefusedError("There is no such video.", param="after")
            jobs = jobs[ids.index(query["after"]) + 1 :]
        limit = query.get("limit", str(_DEFAULT_PAGE))
        if not limit.isdigit() or int(limit) > _MOST_PAGE:
            raise RefusedError("The limit is 0 to 100.", param="limit")
        page = jobs[: int(limit)] if self.profile.lists == "cursors" else jobs
        shown = [self._shown(self.jobs.look(job)) for job in page]
        return json_reply(list_object(shown, has_more=len(page) < len(jobs), profile=self.profile))

    def _content(self, exchange: Exchange) -> Reply:
        job = self._job(exchange)
        look = self.jobs.look(job)
        if not look.state.is_over:
            raise RefusedError(
                "The video is still being made.", status=self.profile.early_content, code="video_not_ready"
            )
        if exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            job.expired = True
        if not self._has_video(look):
            raise RefusedError("There is no video, or not any more.", status=404, code="video_not_found")
        variant = exchange.request.query.get("variant", "video")
        if variant != "video":
            return thumbnail(job.order, variant=variant)
        return self._sent(job, exchange.request)

    def _file(self, exchange: Exchange) -> Reply:
        signature = exchange.request.query.get("sig", "")
        if exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            self.links.kill(signature)
        job = self.links.job(signature)
        if job is None or not self._has_video(self.jobs.look(job)):
            raise RefusedError("The link has expired.", status=403, code="link_expired")
        return self._sent(job, exchange.request)

    def _cancel(self, exchange: Exchange) -> Reply:
        job = self._job(exchange)
        if self.jobs.look(job).state is not State.QUEUED:
            raise RefusedError("The work has begun.", status=409, code="video_not_cancellable")
        self.jobs.cancel(job)
        return json_reply(self._shown(self.jobs.look(job)))

    def _delete(self, exchange: Exchange) -> Reply:
        job = self._job(exchange)
        look = self.jobs.look(job)
        if not look.state.is_over:
            raise RefusedError("The video is not finished.", status=409, code="video_not_finished")
        self.jobs.delete(job)
        return json_reply(deleted_object(job, self._shown(look), profile=self.profile))

    def _job(self, exchange: Exchange) -> Accepted:
        job = self.jobs.find(exchange.parts[0])
        if job is None:
            raise RefusedError("There is no such video.", status=404, code="video_not_found", param="video_id")
        return job

    def _has_video(self, look: Look) -> bool:
        gone = look.ended_at is None or self.clock.now() >= look.ended_at + self.profile.lives_s
        good = look.state is State.COMPLETED and look.job.fate is not Fate.NO_MEDIA
        return good and not gone and not look.job.expired

    def _shown(self, look: Look) -> dict[str, object]:
        """The Video object, with a fresh link where the profile gives links."""
        link = None
        if self.profile.result is not None and self._has_video(look):
            path, dies_at = self.links.give(look.job)
            link = (self.setup.link_base or self.url) + path, dies_at
        return video_object(look, profile=self.profile, link=link)

    def _sent(self, job: Accepted, request: Request) -> Reply:
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
        if self.profile.name == "litellm":
            headers["Content-Disposition"] = f'attachment; filename="video_{job.number}.mp4"'
        whole = Reply(body=self.video(job), headers=headers)
        return range_reply(whole, asked=request.headers.get("range", ""))

    def _poll_headers(self) -> dict[str, str]:
        after_ms = self.profile.poll_after_ms
        return {} if after_ms is None else {"openai-poll-after-ms": str(after_ms)}
