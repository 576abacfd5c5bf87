const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Folders } = require("../../../../adapters/premiere/src/folder.js");
const { LIBRARY, Room, WATCHED } = require("../stand_in/room.js");

/** @typedef {import("../stand_in/room.js").StandInRoom} StandInRoom */

/** @param {StandInRoom} room */
function folders(room) {
  return new Folders(room.host());
}

test("a folder is chosen once, and known in the next session", async () => {
  const room = new Room();
  room.disk.chosen = WATCHED;
  await folders(room).chooseWatched();
  const next = folders(room);
  assert.equal((await next.watchedOrAsked()).nativePath, WATCHED);
  assert.deepEqual([next.watchedPath, room.disk.dialogs], [WATCHED, 1]);
});

test("a dialog that is closed changes nothing", async () => {
  const room = new Room().chosen();
  const known = folders(room);
  assert.equal(await known.chooseWatched(), null);
  assert.equal(known.watchedPath, WATCHED);
});

test("without a token the folder holds until Premiere ends, and then it is asked for", async () => {
  const room = new Room();
  room.disk.chosen = WATCHED;
  room.disk.givesTokens = false;
  const known = folders(room);
  await known.chooseWatched();
  await known.watchedOrAsked();
  assert.equal(room.disk.dialogs, 1);
  await folders(room).watchedOrAsked();
  assert.equal(room.disk.dialogs, 2);
});

test("a folder that does not answer any more is asked for", async () => {
  const room = new Room().chosen();
  const known = folders(room);
  await known.watchedOrAsked();
  room.disk.folders.delete(WATCHED);
  room.disk.chosen = "/elsewhere";
  assert.equal((await known.watchedOrAsked()).nativePath, "/elsewhere");
});

test("a token that stopped working is asked for again", async () => {
  const room = new Room().chosen();
  room.disk.folders.delete(WATCHED);
  room.disk.chosen = "/elsewhere";
  assert.equal((await folders(room).watchedOrAsked()).nativePath, "/elsewhere");
});

test("where no folder is chosen it says what to do", async () => {
  await assert.rejects(folders(new Room()).watchedOrAsked(), { message: "No folder was chosen, so nothing was sent." });
});

test("the library is the folder pickup in the watched one", async () => {
  const room = new Room().chosen().delivered();
  assert.equal((await folders(room).library())?.nativePath, LIBRARY);
  assert.equal(folders(room).libraryPath, LIBRARY);
});

test("looking for the library lists no folder, however full it is", async () => {
  const room = new Room().chosen().delivered();
  await folders(room).library();
  assert.equal(room.disk.listings, 0);
});

test("there is no library before the watcher made it, nor without a folder", async () => {
  assert.equal(await folders(new Room().chosen()).library(), null);
  assert.equal(await folders(new Room()).library(), null);
  assert.equal(folders(new Room()).libraryPath, "");
});

test("a library elsewhere is remembered, until another folder is watched", async () => {
  const room = new Room().chosen();
  room.disk.folders.add("/nas/library");
  room.disk.chosen = "/nas/library";
  await folders(room).chooseLibrary();
  const next = folders(room);
  assert.deepEqual([next.isElsewhere, next.libraryPath], [true, "/nas/library"]);
  assert.equal((await next.library())?.nativePath, "/nas/library");
  room.disk.chosen = "/other";
  await next.chooseWatched();
  assert.deepEqual([next.isElsewhere, next.libraryPath], [false, "/other/pickup"]);
});
