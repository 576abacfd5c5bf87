// Which version of each cut was received, by library and cut.

const KEY = "pickup.received";

/** @typedef {{ version: number, as: "sequence" | "media" }} Received */

class ReceivedVersions {
  /** @param {import("./host.js").Memory} memory */
  constructor(memory) {
    this._memory = memory;
  }

  /**
   * @param {string} library - its path
   * @param {string} cut
   * @returns {Received | null}
   */
  of(library, cut) {
    const kept = this._all()[`${library}\n${cut}`];
    const known = typeof kept === "object" && kept !== null && typeof kept.version === "number";
    return known ? { version: kept.version, as: kept.as === "media" ? "media" : "sequence" } : null;
  }

  /**
   * @param {string} library
   * @param {string} cut
   * @param {Received} received
   */
  keep(library, cut, received) {
    this._memory.setItem(KEY, JSON.stringify({ ...this._all(), [`${library}\n${cut}`]: received }));
  }

  /** @returns {Record<string, Received>} */
  _all() {
    try {
      const kept = JSON.parse(this._memory.getItem(KEY) || "{}");
      return typeof kept === "object" && kept !== null ? kept : {};
    } catch {
      return {};
    }
  }
}

module.exports = { ReceivedVersions };
