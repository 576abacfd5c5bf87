"""A fake of a local ComfyUI server, without its web socket.

    with FakeComfyUI() as fake:
        ...                                                 POST fake.base_url + "/prompt"
    fake.accepted[0].remote_id

The oldest job that is not over counts as the running one; the others are pending.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from pickup.testing.fakes.comfy_graphs import Node, read_graph, read_order
from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.orders import Accepted, Fate, Look, State
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.server import FakeServer
from pickup.testing.fakes.wire import RefusedError, Reply, Request, json_reply

CATALOG: Mapping[str, Mapping[str, object]] = {
    "CLIPTextEncode": {"text": ["STRING", {}], "clip": ["CLIP"]},
    "CreateVideo": {"images": ["IMAGE"], "fps": ["FLOAT", {"default": 30.0}]},
    "KSampler": {"seed": ["INT", {"default": 0}], "steps": ["INT", {"default": 20}]},
    "LoadImage": {"image": [[], {"image_upload": True}]},
    "SaveVideo": {"video": ["VIDEO"], "filename_prefix": ["STRING", {"default": "video/ComfyUI"}]},
    "UNETLoader": {"unet_name": [["wan2.2_ti2v_5B_fp16.safetensors"]]},
    "VHS_VideoCombine": {"images": ["IMAGE"], "frame_rate": ["FLOAT", {"default": 8}]},
    "Wan22ImageToVideoLatent": {"width": ["INT", {}], "height": ["INT", {}], "length": ["INT", {}]},
    "WanFirstLastFrameToVideo": {"width": ["INT", {}], "height": ["INT", {}], "length": ["INT", {}]},
}
"""Some classes for `/object_info`. A graph may use any other."""
_OUTPUT = re.compile(r".*_(\d+)_\.mp4")
_MESSAGES = {
    Fate.MODERATION: ("ValueError", "The prompt was blocked."),
    Fate.INTERNAL: ("torch.OutOfMemoryError", "CUDA out of memory"),
}


class FakeComfyUI(FakeServer):
    """ComfyUI on loopback.

    Attributes:
        uploads: The bytes of every uploaded image, by name, with its subfolder before a slash.
        missing_classes: Classes that are not installed.
    """

    kind: ClassVar[str] = "comfyui"

    def __init__(
        self,
        *,
        faults: Iterable[Fault | str] = (),
        setup: Setup | None = None,
        missing_classes: Iterable[str] = (),
    ) -> None:
        super().__init__(faults=faults, setup=setup)
        self.missing_classes = frozenset(missing_classes)
        self.uploads: dict[str, bytes] = {}
        self._routes = tuple(self._made_routes())

    @property
    def base_url(self) -> str:
        """Without a path."""
        return self.url

    @property
    def routes(self) -> Sequence[Route]:
        """Every call, also below `/api`."""
        return self._routes

    def refusal(self, refused: RefusedError) -> Reply:
        """ComfyUI's error object."""
        error = {"type": refused.code, "message": refused.message, "details": "", "extra_info": {}}
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        return json_reply({"error": error, **refused.details}, status=refused.status, headers=headers)

    def admits(self, request: Request, *, key: str) -> bool:
        """ComfyUI has no keys; a proxy before it may ask for a Bearer."""
        return request.headers.get("authorization") == f"Bearer {key}"

    def _made_routes(self) -> Iterable[Route]:
        api = "(?:/api)?"
        yield Route(method="POST", pattern=f"{api}/prompt", work=self._create, call=Call.CREATE)
        yield Route(method="GET", pattern=f"{api}/history/([^/]+)", work=self._history, call=Call.POLL)
        yield Route(method="GET", pattern=f"{api}/queue", work=self._queue, call=Call.LIST)
        yield Route(method="POST", pattern=f"{api}/queue", work=self._change_queue, call=Call.DELETE)
        yield Route(method="POST", pattern=f"{api}/interrupt", work=self._interrupt, call=Call.CANCEL)
        yield Route(method="POST", pattern=f"{api}/free", work=lambda _exchange: Reply())
        yield Route(method="GET", pattern=f"{api}/view", work=self._view, call=Call.CONTENT)
        yield Route(method="POST", pattern=f"{api}/upload/image", work=self._upload, call=Call.UPLOAD)
        yield Route(method="GET", pattern=f"{api}/system_stats", work=self._system_stats)
        yield Route(method="GET", pattern=f"{api}/features", work=lambda _exchange: json_reply({}))
        yield Route(method="GET", pattern=f"{api}/object_info(?:/([^/]+))?", work=self._object_info)

    def _create(self, exchange: Exchange) -> Reply:
        fields = exchange.request.fields
        nodes = read_graph(fields.get("prompt"), missing_classes=self.missing_classes)
        prompt_id = str(fields.get("prompt_id") or uuid.uuid4())
        job, _is_new = self.jobs.accept(
            read_order(nodes, fields=fields, upload=self.uploads.get),
            name=lambda _number: prompt_id,
            key=str(fields["prompt_id"]) if "prompt_id" in fields else None,
            fate=exchange.fate or Fate.WELL,
        )
        return json_reply({"prompt_id": prompt_id, "number": job.number, "node_errors": {}})

    def _history(self, exchange: Exchange) -> Reply:
        job = self.jobs.find(exchange.parts[0])
        if job is None:
            return json_reply({})
        if exchange.fate is not None:
            job.fate = exchange.fate
        look = self.jobs.poll(job)
        return json_reply({job.remote_id: self._entry(look)} if look.state.is_over else {})

    def _entry(self, look: Look) -> Mapping[str, object]:
        job, well = look.job, look.state is State.COMPLETED
        last = self._last_message(look)
        return {
            "prompt": [job.number, job.remote_id, job.order.fields.get("prompt"), {}, []],
            "outputs": self._outputs(job) if well and job.fate is not Fate.NO_MEDIA else {},
            "status": {
                "status_str": "success" if well else "error",
                "completed": well,
                "messages": [["execution_start", {"prompt_id": job.remote_id}], last],
            },
        }

    def _last_message(self, look: Look) -> list[object]:
        job = look.job
        base = {"prompt_id": job.remote_id}
        if look.state is State.COMPLETED:
            return ["execution_success", base]
        node = _nodes(job)[0]
        where = {"node_id": node.id, "node_type": node.class_type}
        if look.state is State.CANCELLED:
            return ["execution_interrupted", {**base, **where, "executed": []}]
        kind, message = _MESSAGES[job.fate]
        return [
            "execution_error",
            {**base, **where, "exception_type": kind, "exception_message": message, "traceback": []},
        ]

    def _outputs(self, job: Accepted) -> Mapping[str, object]:
        """The files of each output node: `gifs` for VHS, `images` for the others."""
        outputs: dict[str, object] = {}
        for node in _nodes(job):
            if not node.is_output:
                continue
            subfolder, name = _place(job, node)
            file = {"filename": name, "subfolder": subfolder, "type": "output"}
            if node.class_type.startswith("VHS"):
                rate = float(job.order.shape.rate.fps)
                outputs[node.id] = {"gifs": [{**file, "format": "video/h264-mp4", "frame_rate": rate}]}
            else:
                outputs[node.id] = {"images": [file], "animated": [True]}
        return outputs

    def _queue(self, _exchange: Exchange) -> Reply:
        waiting = self._waiting()
        items = [
            [job.number, job.remote_id, job.order.fields.get("prompt"), job.order.fields.get("extra_data", {}), []]
            for job in waiting
        ]
        return json_reply({"queue_running": items[:1], "queue_pending": items[1:]})

    def _waiting(self) -> list[Accepted]:
        return [job for job in self.jobs.live if not self.jobs.look(job).state.is_over]

    def _change_queue(self, exchange: Exchange) -> Reply:
        """Takes pending jobs out; the running one is none of them."""
        fields = exchange.request.fields
        named = fields.get("delete", [])
        for job in self._waiting()[1:]:
            if fields.get("clear") is True or (isinstance(named, list) and job.remote_id in named):
                self.jobs.cancel(job)
                self.jobs.delete(job)
        return Reply()

    def _interrupt(self, exchange: Exchange) -> Reply:
        """Stops the running job; if an id is named, only that one."""
        named = exchange.request.fields.get("prompt_id")
        for job in self._waiting()[:1]:
            if named in {None, job.remote_id}:
                self.jobs.cancel(job)
        return Reply()

    def _view(self, exchange: Exchange) -> Reply:
        query = exchange.request.query
        name, subfolder = query.get("filename", ""), query.get("subfolder", "")
        if query.get("type", "output") == "input":
            data = self.uploads.get(f"{subfolder}/{name}" if subfolder else name)
            return Reply(status=404) if data is None else Reply(body=data, headers={"Content-Type": "image/png"})
        numbered = _OUTPUT.fullmatch(name)
        number = int(numbered[1]) if numbered else 0
        job = next((each for each in self.jobs.live if each.number == number), None)
        if job is not None and exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            job.expired = True
        if job is None or job.expired or not self._made(job, name=name, subfolder=subfolder):
            return Reply(status=404)
        return Reply(body=self.video(job), headers={"Content-Type": "video/mp4"})

    def _made(self, job: Accepted, *, name: str, subfolder: str) -> bool:
        if self.jobs.look(job).state is not State.COMPLETED or job.fate is Fate.NO_MEDIA:
            return False
        return any(_place(job, node) == (subfolder, name) for node in _nodes(job) if node.is_output)

    def _upload(self, exchange: Exchange) -> Reply:
        fields, image = exchange.request.fields, exchange.request.files.get("image")
        if image is None:
            return Reply(status=400)
        subfolder, kind = str(fields.get("subfolder", "")), str(fields.get("type", "input"))
        name, copies = image.name, 0
        place = f"{subfolder}/{name}" if subfolder else name
        overwrites = str(fields.get("overwrite", "")).lower() in {"true", "1"}
        while self.uploads.get(place, image.data) != image.data and not overwrites:
            copies += 1
            stem, dot, ending = image.name.rpartition(".")
            name = f"{stem} ({copies}){dot}{ending}"
            place = f"{subfolder}/{name}" if subfolder else name
        self.uploads[place] = image.data
        return json_reply({"name": name, "subfolder": subfolder, "type": kind})

    def _system_stats(self, _exchange: Exchange) -> Reply:
        gpu = {"name": "cuda:0 fake", "type": "cuda", "index": 0, "vram_total": 24 * 2**30, "vram_free": 20 * 2**30}
        return json_reply({"system": {"os": "posix", "comfyui_version": "0.3.66"}, "devices": [gpu]})

    def _object_info(self, exchange: Exchange) -> Reply:
        (wanted,) = exchange.parts
        known = {name: _class_info(name) for name in CATALOG if name not in self.missing_classes}
        return json_reply({each: known[each] for each in known if wanted in {"", each}})


def _nodes(job: Accepted) -> tuple[Node, ...]:
    return read_graph(job.order.fields["prompt"])


def _place(job: Accepted, node: Node) -> tuple[str, str]:
    """Subfolder and name of what an output node writes."""
    subfolder, _, stem = str(node.inputs.get("filename_prefix", "video/ComfyUI")).rpartition("/")
    return subfolder, f"{stem}_{job.number:05d}_.mp4"


def _class_info(name: str) -> Mapping[str, object]:
    return {"name": name, "input": {"required": CATALOG[name]}, "output_node": name.startswith(("Save", "VHS"))}
