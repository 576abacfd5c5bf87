// What the panel is looked at in. `room` is the body of a function that furnishes the room; `press` names the button
// that is pressed first.

const WORKING = `
  room.chosen();
  room.status({}, { files: [
    { file: "reel4.otio", state: "arriving", message: "it has not stood still yet", since: "2026-11-27T11:59:50Z" },
    { file: "reel3.otio", state: "waiting", message: "4 takes of 4 shots, $1.20; waits for \`pickup approve reel3.otio\`, or a file named APPROVED in /edit/in/pickup/cuts/reel3", since: "2026-11-27T11:59:00Z" },
    { file: "reel2.otio", state: "working", message: "making 5 takes", progress: 0.4, since: "2026-11-27T11:58:00Z" },
  ] });`;

const ENDED = `
  room.chosen().delivered();
  room.status({}, { problems: ["the disk of the library has 2 GB left"], files: [
    { file: "reel1.otio", state: "done", cut: "reel1", version: 2, message: "version 2 shows 4 shots, 4 takes made", since: "2026-11-27T11:59:00Z" },
    { file: "reel2.otio", state: "held", cut: "reel2", version: 1, message: "version 1 shows 3 shots, 2 held", since: "2026-11-27T11:58:00Z",
      held: [{ shot: "SH0030", why: "its brief is empty" }, { shot: "SH0040", why: "it is longer than any offer" }] },
    { file: "reel3.xml", state: "failed", message: "line 12 is no XML", since: "2026-11-27T11:57:00Z" },
    { file: "reel1 copy.otio", state: "same", same_as: "reel1.otio", since: "2026-11-27T11:56:00Z" },
  ] });`;

const EMPTY = `room.chosen(); room.status({}, { files: [] });`;

/** @type {Record<string, { room: string, press?: string }>} */
const SCENES = {
  first: { room: "" },
  "no watcher yet": { room: "room.chosen();" },
  empty: { room: EMPTY },
  sending: { room: `${EMPTY} room.world.exporter = () => () => new Promise(() => {});`, press: "Send the active sequence" },
  sent: { room: WORKING, press: "Send the active sequence" },
  "sent as XML": { room: `${EMPTY} room.world.otio = "is missing";`, press: "Send the active sequence" },
  "no sequence": { room: `${EMPTY} room.world.active = null;`, press: "Send the active sequence" },
  working: { room: WORKING },
  ended: { room: ENDED },
  received: { room: ENDED, press: "Receive v002" },
  "received as takes": { room: `${ENDED} room.world.importing = "makes nothing";`, press: "Receive v002" },
  "not running": { room: `${WORKING} room.now -= 60000; room.status({ since: "2026-11-27T11:58:00Z", file: "reel2.otio", state: "working", progress: 0.4, message: "making 5 takes" });` },
  "long names": {
    room: `room.chosen();
      const long = "a_very_long_name_that_an_assistant_gave_to_this_reel_on_a_long_night_v0017_final_final2.otio";
      room.status({}, { watcher: { state: "watching", host: "workstation-with-a-long-name.studio.example" }, files: [
        { file: long, state: "failed", message: "/Volumes/ProductionStorage/Projects/TheLongestFilm/Editorial/Exports/" + long + " is no timeline" },
        { file: long, state: "working", progress: 1, message: "making 12 takes" },
      ] });`,
  },
};

module.exports = { SCENES };
