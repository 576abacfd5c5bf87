"""ComfyUI on one's own graphics card: Pickup's workflows, or the user's own.

A workflow is a graph of nodes that ComfyUI runs. The job's id is ours and follows from its key, so that a job whose
reply was lost is found again. ComfyUI forgets all jobs when it is restarted.

    [providers.desk]
    kind = "comfyui"
    workflow = "wan22-ti2v-5b"
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from pydantic import BaseModel

from pickup import _files
from pickup._http import Key, Secret, check_status
from pickup.config.provider_setup import ProviderSetup, host_of
from pickup.errors import ConfigError, FailureKind, OutcomeUnknown, ProviderError, ProviderRefused, ProviderUnavailable
from pickup.offers import FREE, Audio, Cancelling, Idempotency, Offer, PriceList, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.ports import (
    Billing,
    Cancellation,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.providers.comfyui.chosen import chosen_workflows
from pickup.providers.comfyui.fill import FOLDER, fill, pictures_of, prefix_of
from pickup.providers.comfyui.graph import as_sent
from pickup.providers.comfyui.inventory import classes_of, lacking
from pickup.providers.comfyui.makes import why_not
from pickup.providers.comfyui.outcomes import CLIP, forgotten, refusal_of, status_of
from pickup.providers.comfyui.replies import SystemStats, read
from pickup.providers.comfyui.server import Server
from pickup.providers.comfyui.workflow import Role, Workflow

DEFAULT_BASE_URL = "http://127.0.0.1:8188"
"""Where ComfyUI listens by itself."""

_BASE = "base"
_MAX_CLIP_BYTES = 4 << 30
_GIB = 1 << 30


class _Queued(BaseModel):
    prompt_id: str


class ComfyProvider(Provider):
    """One ComfyUI server, as its settings describe it.

    Args:
        setup: Its settings. Nothing is asked of the server here; a workflow of the user's own is read.

    Raises:
        ConfigError: The workflow cannot be used, or nobody knows which of its inputs is what.
    """

    replays = False

    def __init__(self, setup: ProviderSetup) -> None:
        self.name = setup.name
        self._setup = setup
        self._base_url = setup.settings.base_url or DEFAULT_BASE_URL
        self._workflows = {each.name: each for each in chosen_workflows(setup)}
        self._server_made: Server | None = None

    # --- what it says -------------------------------------------------------------------------------------------------

    def offers(self) -> Sequence[Offer]:
        """The configured workflow, or all that Pickup brings."""
        return tuple(self._offer(each) for each in self._workflows.values())

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """The clips that cover the wish."""
        workflow = self._workflow(model)
        try:
            return quote_cover(self._offer(workflow), wish)
        except ProviderRefused as error:
            raise why_not(workflow, wish) or error from error

    def check_ready(self) -> None:
        """The key is there, where one is configured."""
        if self._setup.settings.api_key_env:
            self._setup.key()

    # --- a clip -------------------------------------------------------------------------------------------------------

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Uploads the pictures and queues the workflow, unless the server has this job already.

        Raises:
            ProviderRefused: The workflow, a model that is missing, or a picture; it says which.
        """
        workflow, prompt_id = self._workflow(request.model), _prompt_id(key)
        pictures = pictures_of(request, workflow=workflow)
        server = self._server()
        if (await server.look(prompt_id)).is_known:
            return self._submission(prompt_id)
        names = {
            role: await server.upload(f"{prompt_id}_{role}.png", folder=FOLDER, data=data)
            for role, data in pictures.items()
        }
        graph = fill(workflow, request, pictures=names, prefix=prefix_of(request, prompt_id=prompt_id))
        reply = await server.post(as_sent(graph), prompt_id=prompt_id)
        if reply.status == HTTPStatus.BAD_REQUEST:
            raise refusal_of(reply, name=self.name, shot=request.shot)
        check_status(reply, name=self.name, creates=True)
        queued = read(_Queued, reply.json())
        if queued is None:
            raise OutcomeUnknown(f"{self.name} answered without the id of a job", where=request.shot)
        return self._submission(queued.prompt_id)  # older builds take no id of ours and give their own

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands; how far it is, ComfyUI tells only over its web socket."""
        self._check_same_server(submission)
        standing = await self._server().look(submission.remote_id)
        if standing.entry is not None:
            return status_of(standing.entry, is_free=self._is_free, link=self._server().link_to)
        if standing.ahead is not None:
            return RemoteStatus(state=RemoteState.RUNNING, message=f"queued, {standing.ahead} before it")
        if standing.is_running:
            return RemoteStatus(state=RemoteState.RUNNING, message="generating")
        return forgotten(is_free=self._is_free)

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Writes the file as ComfyUI has written it."""
        self._check_same_server(submission)
        link = submission.urls.get(CLIP)
        if link is None:
            raise ProviderUnavailable(
                f"{self.name} has not named the clip yet", where=request.shot, kind=FailureKind.EXPIRED
            )
        with _files.whole_file(destination) as part:
            await self._server().api.download(link, part, report=report, max_bytes=_MAX_CLIP_BYTES, with_key=True)

    async def cancel(self, submission: Submission) -> Cancellation:
        """Takes a job that waits out of the queue, and interrupts one that runs."""
        self._check_same_server(submission)
        server, prompt_id = self._server(), submission.remote_id
        standing = await server.look(prompt_id)
        if standing.ahead is not None:
            await server.take_out(prompt_id)
            standing = await server.look(prompt_id)  # it may have begun meanwhile
            if not standing.is_known:
                return Cancellation(stopped=True, billing=Billing.NOT_BILLED, message="taken out of the queue")
        unpaid = Billing.NOT_BILLED if self._is_free else Billing.UNKNOWN
        if standing.is_running:
            await server.interrupt(prompt_id)
            return Cancellation(stopped=True, billing=unpaid, message="interrupted")
        if standing.ahead is not None:
            return Cancellation(stopped=False, billing=unpaid, message="it is still in the queue")
        if standing.entry is None:
            return Cancellation(stopped=True, billing=unpaid, message="ComfyUI does not know it any more")
        ended = status_of(standing.entry, is_free=self._is_free, link=server.link_to)
        if ended.state is RemoteState.READY:
            return Cancellation(stopped=False, billing=ended.billing, message="it is made already")
        return Cancellation(stopped=True, billing=ended.billing, message=ended.message)

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """Exact, unless the server was restarted; that only matters for a job that costs."""
        prompt_id = _prompt_id(lost.key)
        if (await self._server().look(prompt_id)).is_known:
            return Reconciliation(outcome=Reconciled.FOUND, submission=self._submission(prompt_id))
        if self._is_free:
            return Reconciliation(outcome=Reconciled.NEVER_ARRIVED)
        return Reconciliation(
            outcome=Reconciled.CANNOT_TELL,
            message=f"{self.name} does not know the request; it may never have arrived, or ComfyUI was restarted since",
        )

    # --- its state ----------------------------------------------------------------------------------------------------

    async def healthcheck(self) -> str:
        """Version, free memory, and what each workflow lacks.

        Raises:
            ProviderError: The server does not answer, or no workflow has all that it needs there.
        """
        server = self._server()
        stats = await server.stats()
        wanted = dict.fromkeys(each for workflow in self._workflows.values() for each in classes_of(workflow))
        known = {each: await server.class_info(each) for each in wanted}
        missing = {name: lacking(workflow, known) for name, workflow in self._workflows.items()}
        said = f"{_server_words(stats)} at {self._base_url}: {'; '.join(_ready_words(missing))}"
        if all(missing.values()):
            raise ProviderError(
                said,
                where=f"providers.{self.name}",
                next_step="update ComfyUI and put the models where docs/providers/comfyui.md says, or name a workflow "
                "of your own",
            )
        return said

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._server_made is not None:
            await self._server_made.api.aclose()

    # --- help ---------------------------------------------------------------------------------------------------------

    @property
    def _host(self) -> str:
        here = self._setup.settings.model_copy(update={"base_url": self._base_url}).is_on_this_machine
        return "" if here else host_of(self._base_url)

    @property
    def _is_free(self) -> bool:
        return all(self._prices(each).is_free for each in self._workflows)

    def _prices(self, model: str) -> PriceList:
        return self._setup.route(model, service="comfyui", host=host_of(self._base_url)).prices or FREE

    def _offer(self, workflow: Workflow) -> Offer:
        settings = self._setup.settings
        return Offer(
            provider=self.name,
            model=workflow.name,
            capabilities=workflow.capabilities,
            prices=self._prices(workflow.name),
            host=self._host,
            audio=Audio.NONE if workflow.is_ours else Audio.UNKNOWN,
            seed=workflow.has(Role.SEED),
            negative=workflow.has(Role.NEGATIVE),
            idempotency=Idempotency.CALLER_ID,
            cancelling=Cancelling.ANY,
            in_flight=settings.max_in_flight,
            per_minute=settings.per_minute,
            poll_s=settings.poll_s,
            generation_s=settings.generation_s,
            notes=workflow.notes,
        )

    def _workflow(self, model: str) -> Workflow:
        if model not in self._workflows:
            raise ProviderRefused(
                f"{self.name} has no workflow {model!r}",
                next_step=f"use {' or '.join(f'{self.name}:{each}' for each in self._workflows)}",
            )
        return self._workflows[model]

    def _server(self) -> Server:
        if self._server_made is None:
            key = Key(Secret(self._setup.key())) if self._setup.settings.api_key_env else None
            self._server_made = Server(base_url=self._base_url, name=self.name, key=key)
        return self._server_made

    def _submission(self, prompt_id: str) -> Submission:
        return Submission(remote_id=prompt_id, urls={_BASE: self._base_url})

    def _check_same_server(self, submission: Submission) -> None:
        """Another server does not know the job, which says nothing about what became of it."""
        base = submission.urls.get(_BASE, self._base_url)
        if base != self._base_url:
            raise ConfigError(
                f"the job lies at {base}, and {self.name} is set to {self._base_url}",
                where=f"providers.{self.name}.base_url",
                next_step=f'set base_url = "{base}" until it is fetched, or give it up with pickup cancel --give-up',
            )


def _prompt_id(key: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"pickup:{key}"))


def _server_words(stats: SystemStats) -> str:
    memory = "".join(f", {each.vram_free / _GIB:.1f} GiB of video memory free" for each in stats.devices[:1])
    return f"ComfyUI {stats.system.comfyui_version or 'of an unknown version'}{memory}"


def _ready_words(missing: Mapping[str, Sequence[str]]) -> Iterable[str]:
    for name, lacks in missing.items():
        yield f"{name} lacks {', '.join(lacks)}" if lacks else f"{name} has all that it needs"
