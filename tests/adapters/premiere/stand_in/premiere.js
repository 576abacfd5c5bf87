// Premiere with one project, as far as the panel calls it. How each call ends is set on the world.

const { played } = require("./played.js");

/**
 * @typedef {import("@adobe/premierepro").Action} Action
 * @typedef {import("@adobe/premierepro").ClipProjectItem} ClipProjectItem
 * @typedef {import("@adobe/premierepro").FolderItem} FolderItem
 * @typedef {import("@adobe/premierepro").Guid} Guid
 * @typedef {import("@adobe/premierepro").Project} Project
 * @typedef {import("@adobe/premierepro").ProjectItem} ProjectItem
 * @typedef {import("@adobe/premierepro").RectF} RectF
 * @typedef {import("@adobe/premierepro").Sequence} Sequence
 * @typedef {import("../../../../adapters/premiere/src/host.js").Premiere} Premiere
 *
 * @typedef {"writes" | "writes nothing" | "writes an empty file" | "refuses" | "throws" | "is missing"} Exporting
 * @typedef {"makes a sequence" | "makes it late" | "makes it, and denies it" | "makes nothing" | "refuses" | "throws"} Importing
 *
 * @typedef {object} Cut A sequence.
 * @property {string} name
 * @property {string} guid
 * @property {number} width
 * @property {number} height
 * @property {string} timebase - empty: it throws
 *
 * @typedef {object} Item What lies in the project panel.
 * @property {string} name
 * @property {string | null} path - of its media; null for a bin
 * @property {Item[]} items
 */

const BIN = 2;
const CLIP = 1;

class World {
  /** @param {import("./disk.js").StandInDisk} disk */
  constructor(disk) {
    this.disk = disk;
    this.version = "26.3.0";
    this.hasProject = true;
    /** @type {Cut[]} */
    this.cuts = [{ name: "Reel 1", guid: "guid-1", width: 1920, height: 1080, timebase: "10594584000" }];
    /** @type {string | null} guid of the sequence that is open */
    this.active = "guid-1";
    /** @type {Item} */
    this.root = { name: "Harbor", path: null, items: [] };
    /** @type {Exporting} */
    this.otio = "writes";
    /** @type {Exporting} */
    this.xml = "writes";
    /** @type {Importing} */
    this.importing = "makes a sequence";
    this.importsMedia = true;
    this.makesBins = true;
    this.listsSequences = true;
    this.opensSequences = true;
    /** @type {{ paths: string[], into: string }[]} */
    this.imports = [];
    this.isLocked = false;
    /** @type {Cut | null} */
    this.late = null;
    /** @type {Map<object, () => void>} what an action does */
    this.actions = new Map();
  }

  /** Time passes: what Premiere makes late is made. */
  pass() {
    if (this.late !== null) {
      this.cuts.push(this.late);
      this.late = null;
    }
  }

  /** @returns {Premiere} */
  premiere() {
    const world = this;
    return {
      Application: {
        get version() {
          return world.version;
        },
      },
      ClipProjectItem: { cast: (item) => this.clip(this.itemOf(item)) },
      FolderItem: { cast: (item) => this.bin(this.itemOf(item)) },
      Project: played("Project", { getActiveProject: async () => this.activeProject() }),
      ProjectConverter: played("ProjectConverter", {
        exportAsOpenTimelineIO: this.exporter(this.otio, '{"OTIO_SCHEMA": "Timeline.1"}'),
        exportAsFinalCutProXML: this.exporter(this.xml, "<xmeml/>"),
      }),
      ProjectItem: played("ProjectItem", { cast: () => this.item(this.root), TYPE_BIN: BIN }),
    };
  }

  /** @returns {Project} */
  activeProject() {
    if (!this.hasProject) {
      throw new Error("no project");
    }
    return played("Project", {
      name: "Harbor",
      getActiveSequence: async () => {
        const cut = this.cuts.find((each) => each.guid === this.active);
        if (!cut) {
          throw new Error("no sequence");
        }
        return this.sequence(cut);
      },
      setActiveSequence: async (sequence) => {
        if (this.opensSequences) {
          this.active = sequence.guid.toString();
        }
        return this.opensSequences;
      },
      getSequences: async () => {
        if (!this.listsSequences) {
          throw new Error("not now");
        }
        return this.cuts.map((each) => this.sequence(each));
      },
      getRootItem: async () => this.bin(this.root),
      lockedAccess: (callback) => {
        this.isLocked = true;
        callback();
        this.isLocked = false;
      },
      executeTransaction: (callback) => {
        callback({ addAction: (action) => this.carryOut(action), empty: false });
        return true;
      },
      importFiles: async (paths, suppressUI, into, asNumberedStills) => {
        if (!suppressUI || asNumberedStills || into === undefined) {
          throw new Error("it would ask the editor");
        }
        this.imports.push({ paths, into: into.name });
        const bin = into.name === this.root.name ? this.root : this.itemOf(into);
        return paths[0].endsWith(".xml") ? this.importXml() : this.importMedia(paths, bin);
      },
    });
  }

  importXml() {
    const made = { name: "Reel 1 v002", guid: `guid-${this.cuts.length + 1}`, width: 1920, height: 1080, timebase: "1" };
    if (this.importing === "throws") {
      throw new Error("the file is damaged");
    }
    if (this.importing === "makes it late") {
      this.late = made;
    } else if (this.importing === "makes a sequence" || this.importing === "makes it, and denies it") {
      this.cuts.push(made);
    }
    return this.importing !== "refuses" && this.importing !== "makes it, and denies it";
  }

  /**
   * @param {string[]} paths
   * @param {Item} bin
   */
  importMedia(paths, bin) {
    if (this.importsMedia) {
      bin.items.push(...paths.map((path) => ({ name: path.slice(path.lastIndexOf("/") + 1), path, items: [] })));
    }
    return this.importsMedia;
  }

  /**
   * @param {Exporting} how
   * @param {string} text
   * @returns {((sequence: Sequence, path: string, suppressUI?: boolean) => Promise<boolean>) | undefined}
   */
  exporter(how, text) {
    if (how === "is missing") {
      return undefined;
    }
    return async (_, path, suppressUI) => {
      if (how === "throws" || !suppressUI) {
        throw new Error("disk full.");
      }
      if (how === "writes" || how === "writes an empty file") {
        this.disk.put(path, how === "writes" ? text : "");
      }
      return how !== "refuses";
    };
  }

  /**
   * @param {Cut} cut
   * @returns {Sequence}
   */
  sequence(cut) {
    return played("Sequence", {
      name: cut.name,
      guid: /** @type {Guid} */ ({ toString: () => cut.guid }),
      getFrameSize: async () => /** @type {RectF} */ ({ width: cut.width, height: cut.height }),
      getTimebase: async () => {
        if (cut.timebase === "") {
          throw new Error("not known");
        }
        return cut.timebase;
      },
    });
  }

  /**
   * @param {Item} item
   * @returns {ProjectItem}
   */
  item(item) {
    return played("ProjectItem", { name: item.name, type: item.path === null ? BIN : CLIP });
  }

  /** @param {ProjectItem} item */
  itemOf(item) {
    const bins = this.root.items.filter((each) => each.path === null);
    const all = [...this.root.items, ...bins.flatMap((each) => each.items)];
    const found = all.find((each) => each.name === item.name);
    if (!found) {
      throw new Error(`${item.name} is not in the project`);
    }
    return found;
  }

  /**
   * @param {Item} item
   * @returns {ClipProjectItem}
   */
  clip(item) {
    return played("ClipProjectItem", {
      getMediaFilePath: async () => {
        if (item.path === null) {
          throw new Error("it is no clip");
        }
        return item.path;
      },
    });
  }

  /**
   * @param {Item} bin
   * @returns {FolderItem}
   */
  bin(bin) {
    return played("FolderItem", {
      name: bin.name,
      getItems: async () => bin.items.map((each) => this.item(each)),
      createBinAction: (name) => {
        if (!this.isLocked) {
          throw new Error("an action is made under a lock");
        }
        const action = {};
        this.actions.set(action, () => bin.items.push({ name, path: null, items: [] }));
        return action;
      },
    });
  }

  /** @param {Action} action */
  carryOut(action) {
    if (this.makesBins) {
      this.actions.get(action)?.();
    }
    return this.makesBins;
  }
}

module.exports = { World };
