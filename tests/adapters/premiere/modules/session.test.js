const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Session } = require("../../../../adapters/premiere/src/session.js");
const { LIBRARY, Room, WATCHED } = require("../stand_in/room.js");

/** @typedef {import("../stand_in/room.js").StandInRoom} StandInRoom */

/** @typedef {import("../../../../adapters/premiere/src/session.js").Picture} Picture */

/** @param {StandInRoom} room */
function opened(room) {
  /** @type {Picture[]} */
  const pictures = [];
  const session = new Session(room.host(), (picture) => pictures.push(structuredCopy(picture)));
  const last = () => pictures[pictures.length - 1];
  return { session, pictures, last };
}

/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
function structuredCopy(value) {
  return JSON.parse(JSON.stringify(value));
}

/** A room with a version of reel1 to receive. */
function ready() {
  const room = new Room().chosen().delivered();
  room.status({ file: "reel1.otio", state: "done", cut: "reel1", version: 2 });
  return room;
}

test("before a folder is chosen nothing is looked for", async () => {
  const { session, pictures, last } = opened(new Room());
  await session.look();
  assert.equal(pictures.length, 0);
  await session.chooseFolder();
  assert.deepEqual([last().folder, last().watcher, last().isBusy, last().outcome], ["", null, false, null]);
});

test("a chosen folder is told, and looked into at once", async () => {
  const room = new Room();
  room.status({ file: "reel1.otio", state: "working" }, { problems: ["disk nearly full"] });
  room.disk.chosen = WATCHED;
  const { session, last } = opened(room);
  await session.chooseFolder();
  assert.deepEqual(last().outcome, { lines: ["Send puts the active sequence into /edit/in."], tone: "good" });
  assert.deepEqual([last().folder, last().watcher?.tone, last().problems], [WATCHED, "good", ["disk nearly full"]]);
  assert.equal(last().groups[0].rows[0].name, "reel1.otio");
});

test("while it is shown the status is read every two seconds, and not after", async () => {
  const room = ready();
  const { session, pictures } = opened(room);
  room.onSleep = (count) => {
    if (count === 3) {
      session.hide();
    }
  };
  const began = room.now;
  await session.show();
  assert.equal(room.now - began, 6000);
  assert.equal(pictures.length, 4);
});

test("shown twice it reads once", async () => {
  const room = ready();
  const { session } = opened(room);
  room.onSleep = (count) => {
    if (count >= 6) {
      session.hide();
    }
  };
  await Promise.all([session.show(), session.show()]);
  assert.ok(room.sleeps <= 7, `${room.sleeps}`);
});

test("while a button works none can be pressed", async () => {
  const room = ready();
  const { session, pictures, last } = opened(room);
  await Promise.all([session.send(), session.send(), session.receive("reel1")]);
  assert.deepEqual([pictures[0].isBusy, pictures[0].outcome?.lines], [true, ["Sending the active sequence …"]]);
  assert.equal(last().isBusy, false);
  assert.deepEqual(room.world.imports, []);
  assert.deepEqual(last().outcome, {
    lines: ["Sent Reel_1.otio to /edit/in.", "What becomes of it stands below."],
    tone: "good",
  });
});

test("what is received is remembered in the next session", async () => {
  const room = ready();
  const first = opened(room);
  await first.session.receive("reel1");
  assert.equal(first.last().outcome?.tone, "good");
  const next = opened(room);
  await next.session.look();
  assert.equal(next.last().groups[0].rows[0].receive?.label, "Receive again");
});

test("takes without a sequence are told as something to act on", async () => {
  const room = ready();
  room.world.importing = "makes nothing";
  const { session, last } = opened(room);
  await session.receive("reel1");
  assert.equal(last().outcome?.tone, "busy");
  assert.match(last().groups[0].rows[0].lines[0], /as takes in a bin/);
});

test("what was not received is not remembered, and the reason is told", async () => {
  const room = ready();
  room.world.hasProject = false;
  const { session, last } = opened(room);
  await session.receive("reel1");
  assert.deepEqual(last().outcome, {
    lines: ["No project is open.", "Open the project to receive into, and press Receive again."],
    tone: "bad",
  });
  assert.equal(last().groups[0].rows[0].receive?.label, "Receive v002");
});

test("a dialog that is closed leaves the last outcome where it was", async () => {
  const room = ready();
  const { session, last } = opened(room);
  await session.send();
  await session.chooseFolder();
  assert.match(last().outcome?.lines[0] ?? "", /^Sent Reel_1\.otio/);
});

test("a mistake of the panel's own becomes plain words", async () => {
  const room = ready();
  room.world.activeProject = () => /** @type {never} */ ({ getActiveSequence: async () => ({ name: 7 }) });
  const { session, last } = opened(room);
  await session.send();
  assert.match(last().outcome?.lines[0] ?? "", /^Pickup stopped because of a mistake of its own: .+[^.]\.$/);
  assert.equal(last().isBusy, false);
});

test("another library is offered only where none answers, and then shown", async () => {
  const room = new Room().chosen();
  const { session, last } = opened(room);
  await session.look();
  assert.deepEqual([last().mayChooseLibrary, last().library], [true, ""]);
  room.disk.put("/nas/library/status.json", '{"schema": "Status.1", "files": [{"file": "b.otio", "state": "done"}]}');
  room.disk.chosen = "/nas/library";
  await session.chooseLibrary();
  assert.deepEqual([last().mayChooseLibrary, last().library], [true, "/nas/library"]);
  assert.equal(last().groups[0].rows[0].name, "b.otio");
});

test("a library in its place offers no other", async () => {
  const { session, last } = opened(ready());
  await session.look();
  assert.equal(last().mayChooseLibrary, false);
});

test("another folder shows nothing of the one before", async () => {
  const room = ready();
  const { session, pictures, last } = opened(room);
  await session.look();
  room.disk.folders.add("/other");
  room.disk.chosen = "/other";
  await session.chooseFolder();
  assert.equal(last().watcher?.lines[0], "No watcher has been here yet.");
  const after = pictures.filter((each) => each.folder === "/other");
  assert.deepEqual(after.map((each) => each.groups), [[], []]);
});

test("what was read of the folder before comes too late", async () => {
  const room = ready();
  const { session, last } = opened(room);
  room.disk.folders.add("/other");
  room.disk.chosen = "/other";
  const slow = room.disk.folder.bind(room.disk);
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  room.disk.folder = (path) => {
    const folder = slow(path);
    const late = () => held.then(() => folder.getEntry("status.json"));
    return path !== LIBRARY
      ? folder
      : new Proxy(folder, { get: (_, key) => (key === "getEntry" ? late : Reflect.get(folder, key)) });
  };
  const late = session.look();
  await session.chooseFolder();
  release();
  await late;
  assert.deepEqual(last().groups, []);
});

test("damaged memory forgets what was received, and nothing else breaks", async () => {
  const room = ready();
  room.memory.setItem("pickup.received", "{");
  const { session, last } = opened(room);
  await session.look();
  assert.equal(last().groups[0].rows[0].receive?.label, "Receive v002");
});
