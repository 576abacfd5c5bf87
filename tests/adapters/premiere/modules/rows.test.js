const assert = require("node:assert/strict");
const { test } = require("node:test");
const { readStatus } = require("../../../../adapters/premiere/src/documents.js");
const { groupsOf } = require("../../../../adapters/premiere/src/rows.js");

/** @typedef {import("../../../../adapters/premiere/src/received.js").Received} Received */

/**
 * @param {object[]} files
 * @param {Received | null} [received]
 */
function groups(files, received = null) {
  return groupsOf(readStatus(JSON.stringify({ schema: "Status.1", files })).files, () => received);
}

/**
 * @param {object} file
 * @param {Received | null} [received]
 */
function row(file, received = null) {
  return groups([{ file: "reel1.otio", cut: "reel1", ...file }], received)[0].rows[0];
}

test("what is in work stands before what came back, and each newest first", () => {
  const file = (/** @type {string} */ name, /** @type {string} */ state, /** @type {number} */ second) => ({
    file: name,
    state,
    since: new Date(second * 1000).toISOString(),
  });
  const shown = groups([file("a", "done", 1), file("b", "working", 2), file("c", "failed", 3), file("d", "arriving", 4)]);
  assert.deepEqual(
    shown.map((each) => [each.title, each.rows.map((one) => one.name)]),
    [
      ["In work", ["d", "b"]],
      ["Came back", ["c", "a"]],
    ],
  );
});

test("a working file shows how far it is", () => {
  const { state, progress, tone } = row({ state: "working", progress: 0.404 });
  assert.deepEqual([state, progress, tone], ["working, 40 %", 0.404, "busy"]);
});

test("no bar is shown for what is not made", () => {
  assert.equal(row({ state: "waiting", progress: 0.4 }).progress, null);
});

test("a version that is new can be received", () => {
  const { receive, lines } = row({ state: "done", version: 2, message: "version 2 shows 4 shots" });
  assert.deepEqual(receive, { cut: "reel1", label: "Receive v002", isNew: true });
  assert.deepEqual(lines, ["version 2 shows 4 shots"]);
});

test("a version that was received can be received again", () => {
  const { receive, lines } = row({ state: "done", version: 2 }, { version: 2, as: "sequence" });
  assert.deepEqual(receive, { cut: "reel1", label: "Receive again", isNew: false });
  assert.deepEqual(lines, ["v002 was received, as a sequence."]);
});

test("a version after the one received is new", () => {
  const { receive, lines } = row({ state: "held", version: 3 }, { version: 2, as: "media" });
  assert.equal(receive?.label, "Receive v003");
  assert.deepEqual(lines, ["v002 was received, as takes in a bin."]);
});

for (const file of [{ state: "done" }, { state: "done", version: 1, cut: null }, { state: "same", version: 1 }]) {
  test(`nothing can be received of ${JSON.stringify(file)}`, () => assert.equal(row(file).receive, null));
}

test("an older version can be received while a new one is made", () => {
  assert.equal(row({ state: "working", version: 1 }).receive?.label, "Receive v001");
});

test("held shots are named with their reasons, the first three", () => {
  const held = ["1", "2", "3", "4", "5"].map((each) => ({ shot: `SH${each}`, why: "its brief is empty" }));
  const { lines, tone } = row({ state: "held", message: "", held });
  assert.deepEqual(lines.slice(2), ["SH3: its brief is empty", "2 more shots: see status.html in the library."]);
  assert.equal(tone, "busy");
});

test("failed shots are named with their reasons", () => {
  const { lines, tone } = row({ state: "failed", message: "1 failed", failed: [{ shot: "SH1", why: "no network" }] });
  assert.deepEqual([lines, tone], [["1 failed", "SH1: no network"], "bad"]);
});

test("a file that cannot be used says where to read on", () => {
  const { lines } = row({ state: "failed", message: "it is no timeline" });
  assert.deepEqual(lines, ["it is no timeline", "What to do stands in reel1.otio.failed.txt beside it."]);
});

test("the same content names whose it is", () => {
  assert.deepEqual(row({ state: "same", same_as: "reel0.otio" }).lines, ["the same content as reel0.otio"]);
});

test("a state of a later version is shown as it is", () => {
  const [group] = groups([{ file: "a", state: "dreaming" }]);
  assert.deepEqual([group.title, group.rows[0].state, group.rows[0].tone], ["In work", "dreaming", "calm"]);
});

test("a long list is cut, and says so", () => {
  const [group] = groups(Array.from({ length: 42 }, (_, index) => ({ file: `${index}`, state: "done" })));
  assert.deepEqual([group.rows.length, group.more], [40, "2 older files more: see status.html in the library."]);
});
