// A disk as UXP shows it, in memory: `localFileSystem` and the entries that it answers with.

const { played } = require("./played.js");

/**
 * @typedef {import("uxp").storage.Entry} Entry
 * @typedef {import("uxp").storage.File} File
 * @typedef {import("uxp").storage.Folder} Folder
 * @typedef {import("uxp").storage.FileSystemProvider} FileSystemProvider
 * @typedef {Disk} StandInDisk
 */

class Disk {
  constructor() {
    /** @type {Map<string, string>} text by path */
    this.files = new Map();
    /** @type {Set<string>} */
    this.folders = new Set();
    /** @type {Set<string>} names that cannot be written or renamed to */
    this.refuses = new Set();
    /** @type {string | null} what the editor chooses in the next dialog; null closes it */
    this.chosen = null;
    this.dialogs = 0;
    this.isAway = false;
    this.givesTokens = true;
    /** @type {number} how often a folder was listed */
    this.listings = 0;
  }

  /**
   * @param {string} path
   * @param {string} text
   */
  put(path, text) {
    this.files.set(path, text);
    for (let folder = parentOf(path); folder !== ""; folder = parentOf(folder)) {
      this.folders.add(folder);
    }
  }

  /**
   * @param {string} folder
   * @returns {string[]} names of its files
   */
  names(folder) {
    return [...this.files.keys()].filter((each) => parentOf(each) === folder).map(nameOf).sort();
  }

  /** @returns {FileSystemProvider} */
  provider() {
    return played("localFileSystem", {
      getFolder: async () => {
        this.dialogs += 1;
        return this.chosen === null ? null : this.folder(this.chosen);
      },
      createPersistentToken: async (entry) => {
        if (!this.givesTokens) {
          throw new Error("no token");
        }
        return `token of ${entry.nativePath}`;
      },
      getEntryForPersistentToken: async (token) => {
        const path = token.replace(/^token of /, "");
        if (this.isAway || !this.folders.has(path)) {
          throw new Error("token is not defined");
        }
        return this.folder(path);
      },
    });
  }

  /**
   * @param {string} path
   * @returns {Folder}
   */
  folder(path) {
    return played("Folder", {
      isFile: false,
      isFolder: true,
      name: nameOf(path),
      nativePath: path,
      getEntries: async () => {
        this.listings += 1;
        this.reach(path);
        return this.names(path).map((name) => this.file(`${path}/${name}`));
      },
      getEntry: async (name) => {
        this.reach(path);
        const inside = `${path}/${name}`;
        if (this.files.has(inside)) {
          return this.file(inside);
        }
        if (this.folders.has(inside)) {
          return this.folder(inside);
        }
        throw new Error(`Could not find an entry of '${name}'`);
      },
      createFile: async (name, { overwrite }) => {
        this.reach(path);
        if (this.files.has(`${path}/${name}`) && !overwrite) {
          throw new Error("it exists");
        }
        return this.file(`${path}/${name}`);
      },
      renameEntry: async (entry, name, { overwrite }) => {
        this.write(name);
        const target = `${path}/${name}`;
        const text = this.files.get(entry.nativePath);
        if (text === undefined || (this.files.has(target) && !overwrite)) {
          throw new Error("it cannot be renamed");
        }
        this.files.delete(entry.nativePath);
        this.files.set(target, text);
      },
    });
  }

  /**
   * @param {string} path
   * @returns {File}
   */
  file(path) {
    return played("File", {
      isFile: true,
      isFolder: false,
      name: nameOf(path),
      nativePath: path,
      read: async () => this.files.get(path),
      write: async (data) => {
        this.write(nameOf(path));
        this.files.set(path, String(data));
      },
      delete: async () => {
        this.write(nameOf(path));
        this.files.delete(path);
        return 0;
      },
      getMetadata: async () => ({ name: nameOf(path), size: this.files.get(path)?.length ?? 0 }),
    });
  }

  /** @param {string} path */
  reach(path) {
    if (this.isAway || !this.folders.has(path)) {
      throw new Error("permission denied");
    }
  }

  /** @param {string} name */
  write(name) {
    if (this.refuses.has(name)) {
      throw new Error("permission denied.");
    }
  }
}

/** @param {string} path */
function parentOf(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** @param {string} path */
function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

module.exports = { Disk };
