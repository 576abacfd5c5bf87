const assert = require("node:assert/strict");
const { test } = require("node:test");
const { readDone, readStatus } = require("../../../../adapters/premiere/src/documents.js");

/** @param {object} file */
function read(file) {
  return readStatus(JSON.stringify({ schema: "Status.1", files: [file] })).files[0];
}

test("a file of the status is read with all that is shown", () => {
  const file = read({
    file: "reel1.otio",
    state: "held",
    since: "1970-01-01T00:00:01Z",
    message: "version 2 shows 1 shot",
    cut: "reel1",
    progress: 1,
    version: 2,
    held: [{ shot: "SH0030", why: "its brief is empty" }],
    failed: [],
    same_as: null,
    spent: "0.00",
  });
  assert.deepEqual(file, {
    file: "reel1.otio",
    state: "held",
    since: 1000,
    message: "version 2 shows 1 shot",
    cut: "reel1",
    progress: 1,
    version: 2,
    held: [{ shot: "SH0030", why: "its brief is empty" }],
    failed: [],
    sameAs: null,
  });
});

test("what makes no sense in a file of the status gets its default", () => {
  const odd = { file: "a.otio", state: 7, since: "soon", cut: "../up", progress: 9, version: -1, held: [3, {}], failed: "no" };
  const { since, state, cut, progress, version, held, failed } = read(odd);
  assert.deepEqual([since, state, cut, progress, version, held, failed], [0, "", null, 1, null, [], []]);
});

test("a cut in a folder of folders is none", () => {
  assert.equal(read({ file: "a.otio", cut: "a/b" }).cut, null);
});

test("an entry without a name is left out", () => {
  assert.equal(readStatus('{"schema": "Status.1", "files": [{"state": "done"}, 4, null]}').files.length, 0);
});

test("a text without end is cut off", () => {
  assert.equal(read({ file: "a.otio", message: "x".repeat(10000) }).message.length, 601);
});

test("a byte order mark is no mistake", () => {
  assert.deepEqual(readStatus('\ufeff{"schema": "Status.1"}').files, []);
});

for (const text of ["", "[]", "null", "{}", '{"schema": "Status.2"}', '{"schema": "Status.1"']) {
  test(`${text || "nothing"} is no status`, () => {
    assert.throws(() => readStatus(text), Error);
  });
}

test("takes outside the library are none of what is received", () => {
  const media = ["takes/a.mov", "/footage/b.mov", "C:\\footage\\c.mov", "\\\\nas\\d.mov"];
  assert.deepEqual(readDone(JSON.stringify({ schema: "Done.1", version: 1, media })).media, ["takes/a.mov"]);
});

for (const [fault, why] of /** @type {const} */ ([
  [{ version: "1" }, "its version is no number"],
  [{ version: 0 }, "its version is no number"],
  [{ media: null }, "its list of media is missing"],
  [{ media: [7] }, "7 is no path inside the library"],
  [{ media: ["a//b"] }, '"a//b" is no path inside the library'],
  [{ outputs: { fcp7: "../x.xml" } }, '"../x.xml" is no path inside the library'],
])) {
  test(`a done.json with ${JSON.stringify(fault)} is refused`, () => {
    const document = { schema: "Done.1", version: 1, outputs: {}, media: [], ...fault };
    assert.throws(() => readDone(JSON.stringify(document)), { message: why });
  });
}
