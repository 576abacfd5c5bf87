// The list: what is in work and what came back, from `status.json` and from what was received. Pure: nothing is drawn.

const { counted, versionName } = require("./words.js");

/**
 * @typedef {import("./documents.js").WatchedFile} WatchedFile
 * @typedef {import("./received.js").Received} Received
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} state - in a word
 * @property {"good" | "busy" | "bad" | "calm"} tone
 * @property {string[]} lines
 * @property {number | null} progress - 0 to 1; null shows no bar
 * @property {{ cut: string, label: string, isNew: boolean } | null} receive - its button
 *
 * @typedef {{ title: string, rows: Row[], more: string }} Group
 */

const MOST_ROWS = 40;
const MOST_SHOTS = 3;

/** @type {Map<string, Row["tone"]>} */
const IN_WORK = new Map([
  ["arriving", "calm"],
  ["planning", "calm"],
  ["waiting", "busy"],
  ["working", "busy"],
]);

/** @type {Map<string, Row["tone"]>} */
const CAME_BACK = new Map([
  ["done", "good"],
  ["held", "busy"],
  ["failed", "bad"],
  ["same", "calm"],
]);

/**
 * @param {WatchedFile[]} files
 * @param {(cut: string) => Received | null} receivedOf
 * @returns {Group[]} newest first, without empty ones
 */
function groupsOf(files, receivedOf) {
  const sorted = [...files].sort((one, other) => other.since - one.since);
  const ended = sorted.filter((each) => CAME_BACK.has(each.state));
  const others = sorted.filter((each) => !CAME_BACK.has(each.state)); // a state of a later version is no end
  return [group("In work", others, receivedOf), group("Came back", ended, receivedOf)].filter(
    (each) => each.rows.length > 0,
  );
}

/**
 * @param {string} title
 * @param {WatchedFile[]} files
 * @param {(cut: string) => Received | null} receivedOf
 * @returns {Group}
 */
function group(title, files, receivedOf) {
  const over = files.length - MOST_ROWS;
  return {
    title,
    rows: files.slice(0, MOST_ROWS).map((each) => rowOf(each, each.cut === null ? null : receivedOf(each.cut))),
    more: over > 0 ? `${counted(over, "older file")} more: see status.html in the library.` : "",
  };
}

/**
 * @param {WatchedFile} file
 * @param {Received | null} received
 * @returns {Row}
 */
function rowOf(file, received) {
  const isWorking = file.state === "working";
  return {
    name: file.file,
    state: isWorking ? `working, ${Math.round(file.progress * 100)} %` : file.state,
    tone: IN_WORK.get(file.state) ?? CAME_BACK.get(file.state) ?? "calm",
    lines: [...linesOf(file), ...receivedLine(file, received)],
    progress: isWorking ? file.progress : null,
    receive: receiveOf(file, received),
  };
}

/** @param {WatchedFile} file */
function linesOf(file) {
  const message = file.message || (file.sameAs ? `the same content as ${file.sameAs}` : "");
  const shots = file.state === "failed" ? file.failed : file.held;
  const lines = [message, ...shots.slice(0, MOST_SHOTS).map((each) => `${each.shot}: ${each.why}`)].filter(Boolean);
  if (shots.length > MOST_SHOTS) {
    lines.push(`${counted(shots.length - MOST_SHOTS, "more shot")}: see status.html in the library.`);
  }
  if (file.state === "failed" && shots.length === 0) {
    lines.push(`What to do stands in ${file.file}.failed.txt beside it.`);
  }
  return lines;
}

/**
 * @param {WatchedFile} file
 * @param {Received | null} received
 * @returns {string[]}
 */
function receivedLine(file, received) {
  if (received === null || file.version === null) {
    return [];
  }
  return [`${versionName(received.version)} was received, as ${received.as === "media" ? "takes in a bin" : "a sequence"}.`];
}

/**
 * @param {WatchedFile} file
 * @param {Received | null} received
 * @returns {Row["receive"]}
 */
function receiveOf(file, received) {
  if (file.cut === null || file.version === null || file.state === "same") {
    return null;
  }
  const isNew = received === null || received.version !== file.version;
  const label = isNew ? `Receive ${versionName(file.version)}` : "Receive again";
  return { cut: file.cut, label, isNew };
}

module.exports = { groupsOf };
