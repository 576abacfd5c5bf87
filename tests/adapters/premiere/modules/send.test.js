const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Folders } = require("../../../../adapters/premiere/src/folder.js");
const { send } = require("../../../../adapters/premiere/src/send.js");
const { Room, WATCHED } = require("../stand_in/room.js");

/** @typedef {import("../stand_in/room.js").StandInRoom} StandInRoom */

const SIDECAR = "Reel_1.otio.sent.json";

/** @param {StandInRoom} room */
async function pressed(room) {
  const host = room.host();
  return send(host, new Folders(host));
}

/** @param {StandInRoom} room */
function names(room) {
  return room.disk.names(WATCHED);
}

test("the active sequence and its sidecar lie in the watched folder, and nothing else", async () => {
  const room = new Room().chosen();
  assert.deepEqual(await pressed(room), ["Sent Reel_1.otio to /edit/in."]);
  assert.deepEqual(names(room), ["Reel_1.otio", SIDECAR]);
  assert.match(room.disk.files.get(`${WATCHED}/Reel_1.otio`) ?? "", /OTIO_SCHEMA/);
});

test("the sidecar says what the export may not carry", async () => {
  const room = new Room().chosen();
  await pressed(room);
  const document = JSON.parse(room.disk.files.get(`${WATCHED}/${SIDECAR}`) ?? "");
  assert.deepEqual(document, {
    schema: "Sent.1",
    file: "Reel_1.otio",
    from: "Adobe Premiere 26.3.0",
    project: "Harbor",
    timeline: "Reel 1",
    size: [1920, 1080],
    rate: "23.976",
    drop_frame: null,
    start_timecode: null,
    clips: [],
    markers: [],
  });
});

test("what Premiere does not say is null in the sidecar", async () => {
  const room = new Room().chosen();
  room.world.version = "";
  room.world.cuts = [{ name: "Reel 1", guid: "guid-1", width: 0, height: 0, timebase: "" }];
  await pressed(room);
  const document = JSON.parse(room.disk.files.get(`${WATCHED}/${SIDECAR}`) ?? "");
  assert.deepEqual([document.from, document.size, document.rate], ["Adobe Premiere", null, null]);
});

test("the export gets its own name last, and no watcher looks at the one before", async () => {
  const room = new Room().chosen();
  /** @type {string[][]} */
  const seen = [];
  const files = room.disk.files;
  const set = files.set.bind(files);
  files.set = (path, text) => {
    set(path, text);
    seen.push(names(room));
    return files;
  };
  await pressed(room);
  const before = seen.filter((each) => !each.includes("Reel_1.otio")).flat();
  assert.ok(before.some((each) => each.endsWith(".part.otio")));
  assert.ok(before.every((each) => each.startsWith(".") || each === SIDECAR), before.join());
  assert.ok(seen.filter((each) => each.includes("Reel_1.otio")).every((each) => each.includes(SIDECAR)));
});

for (const how of /** @type {const} */ (["is missing", "refuses", "throws", "writes nothing", "writes an empty file"])) {
  test(`where the export as OpenTimelineIO ${how}, Final Cut Pro XML is sent`, async () => {
    const room = new Room().chosen();
    room.world.otio = how;
    const [sent, remark] = await pressed(room);
    assert.match(sent, /Sent Reel_1\.xml/);
    assert.match(remark, /It went as Final Cut Pro XML, since OpenTimelineIO failed: .+[^.]\.$/);
    assert.deepEqual(names(room), ["Reel_1.xml", "Reel_1.xml.sent.json"]);
  });
}

test("where no export works, nothing is left and the way by hand is told", async () => {
  const room = new Room().chosen();
  room.world.otio = "is missing";
  room.world.xml = "writes an empty file";
  await assert.rejects(pressed(room), {
    message: "Premiere wrote no export of Reel 1: this Premiere cannot do it; and as XML: the file is empty.",
    nextStep: "Export by hand: File > Export > Final Cut Pro XML, into /edit/in.",
  });
  assert.deepEqual(names(room), []);
});

test("sending again replaces the export and its sidecar", async () => {
  const room = new Room().chosen();
  room.disk.put(`${WATCHED}/Reel_1.otio`, "old");
  room.disk.put(`${WATCHED}/${SIDECAR}`, "old");
  await pressed(room);
  assert.deepEqual(names(room), ["Reel_1.otio", SIDECAR]);
  assert.ok(![...room.disk.files.values()].includes("old"));
});

test("where the sidecar cannot be written the export goes without, and says so", async () => {
  const room = new Room().chosen();
  room.disk.refuses.add(SIDECAR);
  const [, remark] = await pressed(room);
  assert.equal(remark, "Picture size and rate could not be sent with it: permission denied.");
  assert.deepEqual(names(room), ["Reel_1.otio"]);
});

test("a sidecar of an earlier export is not left to a new one that has none", async () => {
  const room = new Room().chosen();
  room.disk.put(`${WATCHED}/${SIDECAR}`, "old");
  const write = room.disk.write.bind(room.disk);
  room.disk.write = (name) => {
    if (name.endsWith(".part.json")) {
      throw new Error("disk full");
    }
    write(name);
  };
  await pressed(room);
  assert.deepEqual(names(room), ["Reel_1.otio"]);
});

test("where the export cannot get its name, neither it nor its sidecar is left", async () => {
  const room = new Room().chosen();
  room.disk.refuses.add("Reel_1.otio");
  await assert.rejects(pressed(room), { message: "Reel_1.otio could not be put into /edit/in: permission denied." });
  assert.deepEqual(names(room), []);
});

test("without a project it says to open one", async () => {
  const room = new Room().chosen();
  room.world.hasProject = false;
  await assert.rejects(pressed(room), { message: "No project is open." });
});

test("without a sequence it says to open one, and asks for no folder", async () => {
  const room = new Room();
  room.world.active = null;
  await assert.rejects(pressed(room), { message: "No sequence is open." });
  assert.equal(room.disk.dialogs, 0);
});

test("the first time it asks for the folder, and sends into it", async () => {
  const room = new Room();
  room.disk.chosen = WATCHED;
  assert.deepEqual(await pressed(room), ["Sent Reel_1.otio to /edit/in."]);
});

test("a name is made safe, and the sidecar keeps the sequence's own", async () => {
  const room = new Room().chosen();
  room.world.cuts[0].name = "Szene 3/4: Küche";
  await pressed(room);
  assert.deepEqual(names(room), ["Szene_3_4_Kuche.otio", "Szene_3_4_Kuche.otio.sent.json"]);
  const document = JSON.parse(room.disk.files.get(`${WATCHED}/Szene_3_4_Kuche.otio.sent.json`) ?? "");
  assert.deepEqual([document.file, document.timeline], ["Szene_3_4_Kuche.otio", "Szene 3/4: Küche"]);
});
