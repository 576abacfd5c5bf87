// Which folder is watched, and where the library is. Both are chosen once and remembered by a token of UXP's; a token
// may stop working at any time, and then the folder is asked for again.

const { canBeListed, folderAt, pathIn } = require("./files.js");
const { Trouble } = require("./words.js");

/** @typedef {import("uxp").storage.Folder} Folder */
/** @typedef {Folders} ChosenFolders */

const WATCHED = "pickup.watched";
const LIBRARY = "pickup.library";
const LIBRARY_NAME = "pickup";

class Folders {
  /** @param {Pick<import("./host.js").Host, "fileSystem" | "memory">} host */
  constructor({ fileSystem, memory }) {
    this._fileSystem = fileSystem;
    this._memory = memory;
    /** @type {Map<string, Folder>} */
    this._known = new Map();
  }

  /** The path of the watched folder as it was chosen; empty where none was. It may be out of reach. */
  get watchedPath() {
    return this._memory.getItem(pathKey(WATCHED)) || "";
  }

  /** The path of the library; empty where no folder was chosen. */
  get libraryPath() {
    return this._memory.getItem(pathKey(LIBRARY)) || (this.watchedPath && pathIn(this.watchedPath, LIBRARY_NAME));
  }

  /** Whether the library is one that was chosen, not the one in the watched folder. */
  get isElsewhere() {
    return Boolean(this._memory.getItem(pathKey(LIBRARY)));
  }

  /** The library; null where it is not there. */
  async library() {
    if (this.isElsewhere) {
      return this._remembered(LIBRARY);
    }
    const watched = await this._remembered(WATCHED);
    return watched === null ? null : folderAt(watched, LIBRARY_NAME);
  }

  /**
   * The watched folder, asked for if it is not known or does not answer.
   *
   * @throws {Trouble} none was chosen
   */
  async watchedOrAsked() {
    const known = await this._remembered(WATCHED);
    if (known !== null && (await canBeListed(known))) {
      return known;
    }
    const chosen = await this.chooseWatched();
    if (chosen === null) {
      throw new Trouble("No folder was chosen, so nothing was sent.", "Choose the folder that `pickup watch` watches.");
    }
    return chosen;
  }

  /** Lets the editor choose the watched folder; null when the dialog is closed without one. */
  async chooseWatched() {
    const chosen = await this._choose(WATCHED);
    if (chosen !== null) {
      this._forget(LIBRARY); // it belonged to the other folder
    }
    return chosen;
  }

  /** Lets the editor choose a library that `pickup.toml` put somewhere else. */
  async chooseLibrary() {
    return this._choose(LIBRARY);
  }

  /**
   * @param {string} key
   * @returns {Promise<Folder | null>}
   */
  async _choose(key) {
    const folder = /** @type {Folder | null} */ (await this._fileSystem.getFolder({}));
    if (!folder) {
      return null;
    }
    this._forget(key);
    this._known.set(key, folder);
    this._memory.setItem(pathKey(key), folder.nativePath);
    try {
      this._memory.setItem(key, /** @type {string} */ (await this._fileSystem.createPersistentToken(folder)));
    } catch {
      // Without a token it holds until Premiere ends; then it is asked for again.
    }
    return folder;
  }

  /**
   * @param {string} key
   * @returns {Promise<Folder | null>}
   */
  async _remembered(key) {
    const known = this._known.get(key);
    if (known) {
      return known;
    }
    const token = this._memory.getItem(key);
    if (!token) {
      return null;
    }
    try {
      const folder = /** @type {Folder} */ (await this._fileSystem.getEntryForPersistentToken(token));
      this._known.set(key, folder);
      return folder;
    } catch {
      return null;
    }
  }

  /** @param {string} key */
  _forget(key) {
    this._known.delete(key);
    this._memory.removeItem(key);
    this._memory.removeItem(pathKey(key));
  }
}

/** @param {string} key */
function pathKey(key) {
  return `${key}.path`;
}

module.exports = { Folders };
