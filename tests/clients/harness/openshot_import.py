"""Runs in the system's Python, inside OpenShot's own code: imports an FCP7 XML file and says what became of it.

It has no windows, so three things of OpenShot's are stood in for: its main window, the dialog that asks for the file
(answered with the one named here), and the dialog that asks where missing media is (an error). The importer, the
project it fills and the renderer are OpenShot's.

    openshot_import.py CUT.xml RATE_NUMERATOR RATE_DENOMINATOR FOLDER FRAME…

Prints JSON: the clips in the project's order. Record frame FRAME, counted from 0, is saved as `FOLDER/FRAME.png`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

_PROGRAM = "/usr/lib/python3/dist-packages/openshot_qt"


class _Anything:
    """Stands for OpenShot's main window: has every attribute, can be called, does nothing."""

    def __getattr__(self, _name: str) -> _Anything:
        return self

    def __call__(self, *_values: object, **_named: object) -> _Anything:
        return self


def main(arguments: list[str]) -> None:
    path, numerator, denominator, folder, *frames = arguments
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.path.insert(0, _PROGRAM)
    sys.stdout, answer = sys.stderr, sys.stdout  # OpenShot logs to stdout

    import openshot  # noqa: PLC0415 - the path is set above
    from classes import project_data, settings, updates  # noqa: PLC0415
    from classes.importers import final_cut_pro  # noqa: PLC0415
    from PyQt5.QtWidgets import QApplication, QFileDialog, QMessageBox  # noqa: PLC0415

    application = QApplication([])
    application._tr = str
    application.window = _Anything()
    store = settings.SettingStore(parent=application)
    store.load()
    application.get_settings = lambda: store
    application.updates = updates.UpdateManager()
    application.project = project_data.ProjectDataStore()
    application.updates.add_listener(application.project)
    rate = {"num": int(numerator), "den": int(denominator)}
    application.project._data["fps"] = rate
    application.project._data["layers"] = [{"id": "L1", "number": 1000000, "y": 0, "label": "", "lock": False}]

    def refuse(_parent: object, _title: str, message: str) -> None:
        raise FileNotFoundError(message)

    QFileDialog.getOpenFileName = lambda *_values: (path, "")
    QMessageBox.warning = refuse
    final_cut_pro.import_xml()

    data = application.project._data
    wanted = ("title", "layer", "position", "start", "end")
    clips = [{key: clip[key] for key in wanted} | {"path": clip["reader"]["path"]} for clip in data["clips"]]
    layers = {layer["number"]: layer["label"] for layer in data["layers"]}
    timeline = openshot.Timeline(
        320, 180, openshot.Fraction(rate["num"], rate["den"]), 48000, 2, openshot.LAYOUT_STEREO
    )
    timeline.SetJson(json.dumps(data))
    timeline.Open()
    for frame in map(int, frames):
        timeline.GetFrame(frame + 1).Save(str(Path(folder) / f"{frame}.png"), 1.0)
    timeline.Close()
    answer.write(json.dumps({"clips": clips, "layers": layers}))
    answer.flush()
    os._exit(0)  # libopenshot 0.2.7 may hang or crash as Python takes its objects down


if __name__ == "__main__":
    main(sys.argv[1:])
