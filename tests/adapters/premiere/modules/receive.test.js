const assert = require("node:assert/strict");
const { test } = require("node:test");
const { receive } = require("../../../../adapters/premiere/src/receive.js");
const { LIBRARY, Room } = require("../stand_in/room.js");

/** @typedef {import("../stand_in/room.js").StandInRoom} StandInRoom */

const XML = `${LIBRARY}/cuts/reel1/reel1_v002.xml`;
const TAKES = [`${LIBRARY}/takes/SH0010/t01/A_SH0010_t01.mov`, `${LIBRARY}/takes/SH0020/t01/A_SH0020_t01.mov`];
const BY_HAND = `For the sequence: File > Import, and choose ${LIBRARY}/cuts/reel1/reel1_v002.premiere.otio.`;

/** @param {StandInRoom} room */
function pressed(room) {
  return receive(room.host(), { library: room.disk.folder(LIBRARY), cut: "reel1" });
}

test("the XML becomes a new sequence that is open, in the bin Pickup", async () => {
  const room = new Room().delivered();
  const came = await pressed(room);
  assert.deepEqual([came.version, came.as], [2, "sequence"]);
  assert.match(came.lines[0], /^Reel 1 v002 is here, as a new sequence and open\./);
  assert.deepEqual(room.world.imports, [{ paths: [XML], into: "Pickup" }]);
  assert.equal(room.world.active, "guid-2");
});

test("a sequence that Premiere makes a moment later is found", async () => {
  const room = new Room().delivered();
  room.world.importing = "makes it late";
  assert.equal((await pressed(room)).as, "sequence");
  assert.equal(room.sleeps, 1);
});

test("a sequence that Premiere made and denied is found", async () => {
  const room = new Room().delivered();
  room.world.importing = "makes it, and denies it";
  assert.equal((await pressed(room)).as, "sequence");
});

test("a sequence that cannot be opened is told where it is", async () => {
  const room = new Room().delivered();
  room.world.opensSequences = false;
  assert.match((await pressed(room)).lines[0], /in the project; open it from the bin Pickup\./);
  assert.equal(room.world.active, "guid-1");
});

for (const how of /** @type {const} */ (["makes nothing", "refuses", "throws"])) {
  test(`where importing the XML ${how}, the takes come into the bin Pickup`, async () => {
    const room = new Room().delivered();
    room.world.importing = how;
    const came = await pressed(room);
    assert.equal(came.as, "media");
    assert.deepEqual(came.lines, [
      "Premiere made no sequence of reel1 v002. Its 2 takes lie in the bin Pickup.",
      BY_HAND,
    ]);
    assert.deepEqual(room.world.imports.slice(1), [{ paths: TAKES, into: "Pickup" }]);
    assert.equal(room.world.cuts.length, 1);
  });
}

test("where Premiere refuses the XML at once it is not waited for", async () => {
  const room = new Room().delivered();
  room.world.importing = "refuses";
  await pressed(room);
  assert.equal(room.sleeps, 0);
});

test("a second version comes into the bin that is there", async () => {
  const room = new Room().delivered();
  await pressed(room);
  await pressed(room);
  assert.deepEqual(room.world.root.items.map((each) => each.name), ["Pickup"]);
});

test("a take is known by its path however its accents are written", async () => {
  const room = new Room().delivered({ media: ["takes/SH0010/t01/K\u00fcche_SH0010_t01.mov"] });
  room.disk.put(`${LIBRARY}/takes/SH0010/t01/K\u00fcche_SH0010_t01.mov`, "");
  room.world.importing = "refuses";
  const path = `${LIBRARY}/takes/SH0010/t01/Ku\u0308che_SH0010_t01.mov`;
  room.world.root.items.push({ name: "Pickup", path: null, items: [{ name: "take", path, items: [] }] });
  await pressed(room);
  assert.equal(room.world.imports.length, 1);
});

test("where sequences cannot be listed, none of the editor's is taken for the new one", async () => {
  const room = new Room().delivered();
  room.world.listsSequences = false;
  assert.equal((await pressed(room)).as, "media");
  assert.deepEqual(room.world.imports.map((each) => each.paths), [TAKES]);
});

test("a take that lies in the bin is not imported again", async () => {
  const room = new Room().delivered();
  room.world.importing = "refuses";
  const take = { name: "renamed.mov", path: TAKES[0].replace(/\//g, "\\"), items: [] };
  room.world.root.items.push({ name: "Pickup", path: null, items: [{ name: "old", path: null, items: [] }, take] });
  await pressed(room);
  assert.deepEqual(room.world.imports[1].paths, [TAKES[1]]);
});

test("where all takes lie in the bin nothing is imported, and it says where they are", async () => {
  const room = new Room().delivered();
  room.world.importing = "refuses";
  await pressed(room);
  const came = await pressed(room);
  assert.match(came.lines[0], /Its 2 takes lie in the bin Pickup/);
  assert.equal(room.world.imports.filter((each) => each.paths[0] !== XML).length, 1);
});

test("where no bin can be made the project takes it", async () => {
  const room = new Room().delivered();
  room.world.makesBins = false;
  room.world.importing = "makes nothing";
  assert.match((await pressed(room)).lines[0], /Its 2 takes lie in the project\./);
  assert.ok(room.world.imports.every((each) => each.into === "Harbor"));
});

test("where Premiere imports nothing the way by hand is told", async () => {
  const room = new Room().delivered();
  room.world.importing = "throws";
  room.world.importsMedia = false;
  await assert.rejects(pressed(room), {
    message: "Premiere imported neither the sequence nor the takes of reel1 v002.",
    nextStep: BY_HAND,
  });
});

test("the editor's own sequences stay as they are", async () => {
  const room = new Room().delivered();
  const before = JSON.stringify(room.world.cuts[0]);
  await pressed(room);
  assert.equal(JSON.stringify(room.world.cuts[0]), before);
});

test("a cut without XML brings its takes", async () => {
  const room = new Room().delivered({ outputs: { premiere: "reel1_v002.premiere.otio" } });
  assert.equal((await pressed(room)).as, "media");
  assert.deepEqual(room.world.imports.map((each) => each.paths), [TAKES]);
});

test("a cut with XML alone names it for importing by hand", async () => {
  const room = new Room().delivered({ outputs: { fcp7: "reel1_v002.xml" } });
  room.world.importing = "makes nothing";
  assert.equal((await pressed(room)).lines[1], `For the sequence: File > Import, and choose ${XML}.`);
});

test("a cut without a timeline for Premiere says which flavors to add", async () => {
  const room = new Room().delivered({ outputs: { resolve: "reel1_v002.resolve.otio" } });
  await assert.rejects(pressed(room), { nextStep: "Add premiere and fcp7 to the flavors in pickup.toml, and press Send." });
});

test("a cut without holes says so", async () => {
  const room = new Room().delivered({ version: null });
  await assert.rejects(pressed(room), { message: "reel1 has no holes, so there is nothing to receive." });
});

test("nothing is imported while a file is missing, and it is named", async () => {
  const room = new Room().delivered();
  room.disk.files.delete(TAKES[1]);
  await assert.rejects(pressed(room), {
    message: "1 file cannot be reached, first takes/SH0020/t01/A_SH0020_t01.mov.",
  });
  assert.deepEqual(room.world.imports, []);
});

test("a cut that was not handed back yet says to wait", async () => {
  await assert.rejects(pressed(new Room()), { message: "Nothing has been handed back for reel1 yet." });
});

test("a library out of reach says so", async () => {
  await assert.rejects(receive(new Room().host(), { library: null, cut: "reel1" }), {
    message: "The library cannot be reached.",
  });
});

test("without a project it says to open one", async () => {
  const room = new Room().delivered();
  room.world.hasProject = false;
  await assert.rejects(pressed(room), { nextStep: "Open the project to receive into, and press Receive again." });
});

test("a done.json that leads out of the library is refused", async () => {
  const room = new Room().delivered({ media: ["../../secret.mov"] });
  await assert.rejects(pressed(room), {
    message: `${LIBRARY}/cuts/reel1/done.json cannot be used: "../../secret.mov" is no path inside the library.`,
  });
});
