"""The network: the only place that touches httpx, and the only one that decides where a key may go.

An `Api` is one host of one provider. It sends a request and gives back a `Reply`, or raises a `ProviderError` that says
whether the request can have arrived. It fetches results to a file from hosts that it has checked. It knows no
provider's JSON, and it never sends anything twice: retries belong to the job runner.

    api = Api(base_url="https://api.example.com/v1", name="example", key=Key(Secret(text)))
    reply = await api.send("POST", "/videos", json={"prompt": "rain"}, creates=True)
    check_status(reply, name="example", creates=True)
    await api.download(url, part, report=report, max_bytes=1 << 30)
"""

from pickup._http.addresses import Resolve
from pickup._http.api import Api, FilePart
from pickup._http.clients import Timeouts
from pickup._http.keys import Key, Secret
from pickup._http.origin import Origin
from pickup._http.replies import Headers, Reply, said, shown
from pickup._http.status import check_status

__all__ = [
    "Api",
    "FilePart",
    "Headers",
    "Key",
    "Origin",
    "Reply",
    "Resolve",
    "Secret",
    "Timeouts",
    "check_status",
    "said",
    "shown",
]
