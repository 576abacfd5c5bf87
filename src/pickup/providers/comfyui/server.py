"""The calls of one ComfyUI server. It says what was answered; what that means for a job is said in `outcomes`.

server = Server(base_url="http://127.0.0.1:8188", name="comfyui", key=None)
standing = await server.look(prompt_id)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, JsonValue

from pickup._http import Api, FilePart, Key, Reply, check_status
from pickup.errors import ProviderError, ProviderUnavailable
from pickup.providers.comfyui.replies import HistoryEntry, OutputFile, Queue, SystemStats, Uploaded, read

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a job is.

    Attributes:
        entry: Set when it is over.
        is_running: It is being worked on.
        ahead: Jobs before it, when it waits.
    """

    entry: HistoryEntry | None = None
    is_running: bool = False
    ahead: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether the server has it at all."""
        return self.entry is not None or self.is_running or self.ahead is not None


class Server:
    """One ComfyUI, at an address of which nothing is asked before the first call."""

    def __init__(self, *, base_url: str, name: str, key: Key | None) -> None:
        self._base_url = base_url
        self._name = name
        self.api = Api(base_url=base_url, name=name, key=key)

    async def look(self, prompt_id: str) -> Standing:
        """Where a job stands.

        Raises:
            ProviderUnavailable: The server does not answer, or what answers is no ComfyUI.
        """
        entry = await self._history(prompt_id)
        if entry is not None:
            return Standing(entry=entry)
        queue = await self._get("/queue", Queue)
        if queue.is_running(prompt_id):
            return Standing(is_running=True)
        ahead = queue.ahead_of(prompt_id)
        if ahead is not None:
            return Standing(ahead=ahead)
        return Standing(entry=await self._history(prompt_id))  # it may have ended between the two calls

    async def upload(self, name: str, *, folder: str, data: bytes) -> str:
        """Puts a PNG into the input folder, over one of the same name, and gives its name as LoadImage takes it."""
        part: FilePart = (name, data, "image/png")
        form = {"type": "input", "subfolder": folder, "overwrite": "true"}
        reply = await self._send("POST", "/upload/image", form=form, files={"image": part})
        check_status(reply, name=self._name, creates=False)
        return self._read(reply, Uploaded).path

    async def post(self, graph: Mapping[str, JsonValue], *, prompt_id: str) -> Reply:
        """Queues a graph under our id, and gives the reply whatever its status.

        Raises:
            ProviderUnavailable: It certainly did not arrive.
            OutcomeUnknown: It may have arrived.
        """
        body = {"prompt": graph, "prompt_id": prompt_id, "client_id": "pickup"}
        return await self._send("POST", "/prompt", json=body, creates=True)

    async def take_out(self, prompt_id: str) -> None:
        """Takes a job that waits out of the queue."""
        check_status(await self._send("POST", "/queue", json={"delete": [prompt_id]}), name=self._name, creates=False)

    async def interrupt(self, prompt_id: str) -> None:
        """Stops a job that runs; builds that know no `prompt_id` here stop whatever runs."""
        reply = await self._send("POST", "/interrupt", json={"prompt_id": prompt_id})
        check_status(reply, name=self._name, creates=False)

    async def stats(self) -> SystemStats:
        """Version and memory."""
        return await self._get("/system_stats", SystemStats)

    async def class_info(self, class_type: str) -> Mapping[str, object] | None:
        """What the server says of a node class; None where it has none of this name."""
        reply = await self._send("GET", f"/object_info/{quote(class_type, safe='')}")
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        check_status(reply, name=self._name, creates=False)
        found = self._json(reply)
        info = found.get(class_type) if isinstance(found, dict) else None
        return info if isinstance(info, dict) else None

    def link_to(self, file: OutputFile) -> str:
        """Where a file is fetched."""
        return f"{self._base_url}/view?{file.query}"

    async def _history(self, prompt_id: str) -> HistoryEntry | None:
        reply = await self._asked(f"/history/{quote(prompt_id, safe='')}")
        found = self._json(reply)
        entry = found.get(prompt_id) if isinstance(found, dict) else None
        if entry is None:
            return None
        return self._shaped(reply, entry, model=HistoryEntry)

    async def _get(self, path: str, model: type[_Model]) -> _Model:
        return self._read(await self._asked(path), model)

    async def _asked(self, path: str) -> Reply:
        reply = await self._send("GET", path)
        if reply.status == HTTPStatus.NOT_FOUND:
            raise self._stranger(reply)
        check_status(reply, name=self._name, creates=False)
        return reply

    def _read(self, reply: Reply, model: type[_Model]) -> _Model:
        return self._shaped(reply, self._json(reply), model=model)

    def _json(self, reply: Reply) -> object:
        try:
            return reply.json()
        except ProviderError as error:
            raise self._stranger(reply) from error

    def _shaped(self, reply: Reply, value: object, *, model: type[_Model]) -> _Model:
        found = read(model, value)
        if found is None:
            raise self._stranger(reply)
        return found

    def _stranger(self, reply: Reply) -> ProviderUnavailable:
        return ProviderUnavailable(
            f"{self._name}: what answers at {self._base_url} is no ComfyUI ({reply.status})",
            next_step=f"check base_url in [providers.{self._name}]",
        )

    async def _send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, FilePart] | None = None,
        creates: bool = False,
    ) -> Reply:
        try:
            return await self.api.send(method, path, json=json, form=form, files=files, creates=creates)
        except ProviderUnavailable as error:
            raise ProviderUnavailable(
                f"{error.message}; is ComfyUI running at {self._base_url}?",
                next_step=f"start it, or set base_url in [providers.{self._name}]",
                kind=error.kind,
                retry_after_s=error.retry_after_s,
            ) from error
