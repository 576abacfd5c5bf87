// How everything stands: `status.json` of the library, read again and again. A file that is missing, half written or
// damaged changes nothing that was known; it is said since when nothing new could be read.

const { readStatus } = require("./documents.js");
const { fileAt, textOf } = require("./files.js");
const { clockTime } = require("./words.js");

/** @typedef {import("./documents.js").Status} Status */
/** @typedef {import("uxp").storage.Folder} Folder */
/** @typedef {StatusReader} Reader */

const QUIET_MS = 15 * 1000;
const NOBODY = "No watcher has been here yet.";
const ELSEWHERE = "If pickup.toml names another library, choose that.";

/**
 * @typedef {object} Standing
 * @property {Status | null} status - the last good one
 * @property {string[]} lines - what to say of the watcher, then what to do
 * @property {"good" | "busy" | "bad"} tone
 */

class StatusReader {
  /** @param {string} watchedPath - for the command that starts a watcher */
  constructor(watchedPath) {
    this._start = `Start it: pickup watch ${/\s/.test(watchedPath) ? `"${watchedPath}"` : watchedPath}`;
    /** @type {Status | null} */
    this._status = null;
    this._readAt = 0;
    this._aliveAt = 0;
  }

  /**
   * @param {Folder | null} library
   * @param {number} now
   * @returns {Promise<Standing>}
   */
  async read(library, now) {
    const problem = await this._refresh(library, now);
    if (this._status === null) {
      return { status: null, lines: problem, tone: "bad" };
    }
    if (problem.length > 0) {
      const since = `Shown is what was read at ${clockTime(this._readAt, now)}; this goes on by itself.`;
      return { status: this._status, lines: [problem[0], since], tone: "bad" };
    }
    return { status: this._status, ...this._watcher(this._status, now) };
  }

  /**
   * @param {Folder | null} library
   * @param {number} now
   * @returns {Promise<string[]>} why nothing new was read, or nothing
   */
  async _refresh(library, now) {
    const file = library === null ? null : await fileAt(library, "status.json");
    if (file === null) {
      return this._status === null ? [NOBODY, this._start, ELSEWHERE] : ["The library cannot be reached."];
    }
    try {
      this._keep(readStatus(await textOf(file)), now);
      return [];
    } catch {
      return ["status.json cannot be read.", "A watcher of this version writes a new one. " + this._start];
    }
  }

  /**
   * The watcher's clock may be another computer's, and wrong: once `updated` changes, the time of seeing that counts.
   *
   * @param {Status} status
   * @param {number} now
   */
  _keep(status, now) {
    if (this._status === null) {
      this._aliveAt = Math.min(status.updated, now);
    } else if (status.updated !== this._status.updated) {
      this._aliveAt = now;
    }
    this._status = status;
    this._readAt = now;
  }

  /**
   * @param {Status} status
   * @param {number} now
   * @returns {{ lines: string[], tone: Standing["tone"] }}
   */
  _watcher(status, now) {
    if (status.watcher === "stopped") {
      return { lines: ["The watcher was stopped.", this._start], tone: "bad" };
    }
    if (now - this._aliveAt > QUIET_MS) {
      const last = status.updated > 0 ? `; it last wrote at ${clockTime(status.updated, now)}` : "";
      return { lines: [`The watcher seems not to run${last}.`, this._start], tone: "bad" };
    }
    if (status.watcher === "away") {
      return { lines: ["The watcher cannot reach its folder.", "It goes on when the folder is back."], tone: "bad" };
    }
    if (status.watcher === "stopping") {
      return { lines: ["The watcher is stopping.", "Start it again for what is left."], tone: "busy" };
    }
    return { lines: [status.computer ? `Watching, on ${status.computer}` : "Watching"], tone: "good" };
  }
}

module.exports = { StatusReader };
