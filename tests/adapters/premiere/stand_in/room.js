// One editor's machine: a disk, Premiere, and what the panel is given of them.

const { Disk } = require("./disk.js");
const { World } = require("./premiere.js");

const WATCHED = "/edit/in";
const LIBRARY = `${WATCHED}/pickup`;
const NOW = Date.parse("2026-11-27T12:00:00Z");

/**
 * @typedef {import("../../../../adapters/premiere/src/host.js").Host} Host
 * @typedef {import("../../../../adapters/premiere/src/host.js").Memory} Memory
 * @typedef {Room} StandInRoom
 */

class Room {
  constructor() {
    this.disk = new Disk();
    this.disk.folders.add(WATCHED);
    this.world = new World(this.disk);
    this.memory = memory();
    this.now = NOW;
    this.sleeps = 0;
    /** @type {(count: number) => void} */
    this.onSleep = () => {};
  }

  /** @returns {Host} */
  host() {
    return {
      premiere: this.world.premiere(),
      fileSystem: this.disk.provider(),
      memory: this.memory,
      now: () => this.now,
      sleep: async (milliseconds) => {
        this.now += milliseconds;
        this.sleeps += 1;
        this.world.pass();
        this.onSleep(this.sleeps);
      },
    };
  }

  /** The folder was chosen in an earlier session. */
  chosen() {
    this.memory.setItem("pickup.watched", `token of ${WATCHED}`);
    this.memory.setItem("pickup.watched.path", WATCHED);
    return this;
  }

  /**
   * @param {object} file - of `status.json`
   * @param {object} [more]
   */
  status(file, more = {}) {
    const document = {
      schema: "Status.1",
      updated: new Date(this.now).toISOString(),
      watcher: { host: "studio-7", state: "watching" },
      files: [file],
      ...more,
    };
    this.disk.put(`${LIBRARY}/status.json`, JSON.stringify(document));
  }

  /**
   * A version of the cut `reel1` that was handed back.
   *
   * @param {object} [more] - of `done.json`
   */
  delivered(more = {}) {
    const document = {
      schema: "Done.1",
      version: 2,
      outputs: { premiere: "reel1_v002.premiere.otio", fcp7: "reel1_v002.xml" },
      media: ["takes/SH0010/t01/A_SH0010_t01.mov", "takes/SH0020/t01/A_SH0020_t01.mov", "/footage/A001.mov"],
      ...more,
    };
    this.disk.put(`${LIBRARY}/cuts/reel1/done.json`, JSON.stringify(document));
    this.disk.put(`${LIBRARY}/cuts/reel1/reel1_v002.premiere.otio`, "{}");
    this.disk.put(`${LIBRARY}/cuts/reel1/reel1_v002.xml`, "<xmeml/>");
    this.disk.put(`${LIBRARY}/takes/SH0010/t01/A_SH0010_t01.mov`, "");
    this.disk.put(`${LIBRARY}/takes/SH0020/t01/A_SH0020_t01.mov`, "");
    return this;
  }
}

/** @returns {Memory} */
function memory() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    // The official types know no null, and an absent key gives one.
    getItem: (key) => /** @type {string} */ (kept.get(key) ?? null),
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

module.exports = { LIBRARY, NOW, Room, WATCHED };
