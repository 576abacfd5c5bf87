// What the panel knows and what its buttons do. It draws nothing: it hands a picture of everything to whoever shows it.

const { Folders } = require("./folder.js");
const { receive } = require("./receive.js");
const { ReceivedVersions } = require("./received.js");
const { groupsOf } = require("./rows.js");
const { send } = require("./send.js");
const { StatusReader } = require("./status.js");
const { linesOf } = require("./words.js");

/**
 * @typedef {import("./host.js").Host} Host
 * @typedef {"good" | "busy" | "bad" | "calm"} Tone
 * @typedef {{ lines: string[], tone: Tone }} Said
 *
 * @typedef {object} Picture Everything that is shown.
 * @property {string} folder - empty where none was chosen
 * @property {string} library - the path of one that lies elsewhere, else empty
 * @property {boolean} mayChooseLibrary
 * @property {boolean} isBusy - a button is at work, and none can be pressed
 * @property {Said | null} watcher
 * @property {Said | null} outcome - of the last button
 * @property {string[]} problems - of the watcher
 * @property {boolean} isRead - a status was read, so an empty list means that there is nothing
 * @property {import("./rows.js").Group[]} groups
 *
 * @typedef {Session} PanelSession
 */

const LOOK_MS = 2000;

class Session {
  /**
   * @param {Host} host
   * @param {(picture: Picture) => void} show
   */
  constructor(host, show) {
    this._host = host;
    this._show = show;
    this._folders = new Folders(host);
    this._received = new ReceivedVersions(host.memory);
    this._reader = new StatusReader(this._folders.watchedPath);
    /** @type {import("./status.js").Standing | null} */
    this._standing = null;
    /** @type {Said | null} */
    this._outcome = null;
    this._isBusy = false;
    /** Counts the times that looking began or ended, so that only the last one goes on. */
    this._turn = 0;
  }

  /** Reads the status now and every two seconds. Ends when `hide` is called, or `show` again. */
  async show() {
    this._turn += 1;
    const turn = this._turn;
    this._draw();
    while (turn === this._turn) {
      await this.look();
      await this._host.sleep(LOOK_MS);
    }
  }

  hide() {
    this._turn += 1;
  }

  /** Reads the status once. */
  async look() {
    const reader = this._reader;
    if (!this._folders.watchedPath) {
      return;
    }
    const standing = await reader.read(await this._folders.library(), this._host.now());
    if (reader === this._reader) {
      this._standing = standing; // else another folder was chosen meanwhile
      this._draw();
    }
  }

  chooseFolder() {
    return this._press("Choose the folder that `pickup watch` watches.", async () => {
      const chosen = await this._folders.chooseWatched();
      return chosen === null ? null : { lines: [`Send puts the active sequence into ${chosen.nativePath}.`], tone: "good" };
    });
  }

  chooseLibrary() {
    return this._press("Choose the library: the folder that holds status.json.", async () => {
      const chosen = await this._folders.chooseLibrary();
      return chosen === null ? null : { lines: [`What comes back is looked for in ${chosen.nativePath}.`], tone: "good" };
    });
  }

  send() {
    return this._press("Sending the active sequence …", async () => {
      const lines = await send(this._host, this._folders);
      return { lines: [...lines, "What becomes of it stands below."], tone: "good" };
    });
  }

  /** @param {string} cut */
  receive(cut) {
    return this._press(`Receiving ${cut} …`, async () => {
      const came = await receive(this._host, { library: await this._folders.library(), cut });
      this._received.keep(this._folders.libraryPath, cut, { version: came.version, as: came.as });
      return { lines: came.lines, tone: came.as === "sequence" ? "good" : "busy" };
    });
  }

  /**
   * Does what a button says; whatever goes wrong becomes plain words.
   *
   * @param {string} meanwhile - what is shown until it is done
   * @param {() => Promise<Said | null>} work - null: the editor changed their mind
   */
  async _press(meanwhile, work) {
    if (this._isBusy) {
      return;
    }
    const before = { outcome: this._outcome, library: this._folders.libraryPath };
    this._isBusy = true;
    this._outcome = { lines: [meanwhile], tone: "busy" };
    this._draw();
    try {
      this._outcome = (await work()) ?? before.outcome;
    } catch (error) {
      this._outcome = { lines: linesOf(error), tone: "bad" };
    }
    this._isBusy = false;
    if (before.library !== this._folders.libraryPath) {
      this._reader = new StatusReader(this._folders.watchedPath);
      this._standing = null;
    }
    this._draw();
    await this.look();
  }

  _draw() {
    const status = this._standing?.status ?? null;
    const library = this._folders.libraryPath;
    this._show({
      folder: this._folders.watchedPath,
      library: this._folders.isElsewhere ? library : "",
      mayChooseLibrary: this._standing !== null && (status === null || this._folders.isElsewhere),
      isBusy: this._isBusy,
      watcher: this._standing && { lines: this._standing.lines, tone: this._standing.tone },
      outcome: this._outcome,
      problems: status?.problems ?? [],
      isRead: status !== null,
      groups: status === null ? [] : groupsOf(status.files, (cut) => this._received.of(library, cut)),
    });
  }
}

module.exports = { Session };
