const assert = require("node:assert/strict");
const { test } = require("node:test");
const { StatusReader } = require("../../../../adapters/premiere/src/status.js");
const { LIBRARY, NOW, Room } = require("../stand_in/room.js");

/** @typedef {import("../stand_in/room.js").StandInRoom} StandInRoom */
/** @typedef {import("../../../../adapters/premiere/src/status.js").Reader} Reader */

/**
 * @param {StandInRoom} room
 * @param {Reader} reader
 */
function look(room, reader) {
  return reader.read(room.disk.folder(LIBRARY), room.now);
}

/** @param {object} [more] */
function watched(more) {
  const room = new Room();
  room.status({ file: "reel1.otio", state: "working" }, more);
  return room;
}

test("a watcher that writes is watching", async () => {
  const { status, lines, tone } = await look(watched(), new StatusReader("/edit/in"));
  assert.deepEqual([status?.files.length, lines, tone], [1, ["Watching, on studio-7"], "good"]);
});

test("a watcher that has not written for more than 15 seconds seems not to run", async () => {
  const room = watched();
  const reader = new StatusReader("/edit/in");
  room.now += 15000;
  assert.equal((await look(room, reader)).tone, "good");
  room.now += 1;
  const { lines, tone } = await look(room, reader);
  assert.equal(tone, "bad");
  assert.match(lines[0], /^The watcher seems not to run; it last wrote at .*\d\d:\d\d:\d\d\.$/);
  assert.equal(lines[1], "Start it: pickup watch /edit/in");
});

test("the command for a folder with a space is quoted", async () => {
  const { lines } = await new StatusReader("/edit/my films").read(null, NOW);
  assert.deepEqual(lines.slice(0, 2), ["No watcher has been here yet.", 'Start it: pickup watch "/edit/my films"']);
});

for (const [name, skew] of /** @type {const} */ ([
  ["ahead", 3600000],
  ["behind", -3600000],
])) {
  test(`a watcher on a computer whose clock is ${name} runs as long as it writes`, async () => {
    const room = new Room();
    const reader = new StatusReader("/edit/in");
    const write = () => room.status({}, { updated: new Date(room.now + skew).toISOString() });
    write();
    await look(room, reader);
    room.now += 5000;
    write();
    assert.equal((await look(room, reader)).tone, "good");
    room.now += 15001;
    assert.equal((await look(room, reader)).tone, "bad");
  });
}

test("a watcher whose clock is ahead and that writes no more seems not to run", async () => {
  const room = watched({ updated: new Date(NOW + 3600000).toISOString() });
  const reader = new StatusReader("/edit/in");
  assert.equal((await look(room, reader)).tone, "good");
  room.now += 15001;
  assert.equal((await look(room, reader)).tone, "bad");
});

for (const [state, line, tone] of /** @type {const} */ ([
  ["stopped", "The watcher was stopped.", "bad"],
  ["stopping", "The watcher is stopping.", "busy"],
  ["away", "The watcher cannot reach its folder.", "bad"],
])) {
  test(`a watcher that is ${state} says what to do`, async () => {
    const standing = await look(watched({ watcher: { state } }), new StatusReader("/edit/in"));
    assert.deepEqual([standing.lines[0], standing.tone, standing.lines.length], [line, tone, 2]);
  });
}

test("a watcher that does not name its computer is watching all the same", async () => {
  assert.deepEqual((await look(watched({ watcher: {} }), new StatusReader("/edit/in"))).lines, ["Watching"]);
});

test("a status without a time is of no running watcher", async () => {
  const { lines } = await look(watched({ updated: null }), new StatusReader("/edit/in"));
  assert.equal(lines[0], "The watcher seems not to run.");
});

test("a status that cannot be read says so", async () => {
  const room = new Room();
  room.disk.put(`${LIBRARY}/status.json`, "{");
  const { status, lines, tone } = await look(room, new StatusReader("/edit/in"));
  assert.deepEqual([status, lines[0], tone], [null, "status.json cannot be read.", "bad"]);
});

test("what was known stays while nothing new can be read", async () => {
  const room = watched();
  const reader = new StatusReader("/edit/in");
  await look(room, reader);
  room.now += 2000;
  room.disk.put(`${LIBRARY}/status.json`, "half of");
  const half = await look(room, reader);
  assert.equal(half.status?.files.length, 1);
  assert.match(half.lines[1], /^Shown is what was read at /);
  const away = await reader.read(null, room.now);
  assert.equal(away.lines[0], "The library cannot be reached.");
});
