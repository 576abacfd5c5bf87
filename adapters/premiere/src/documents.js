// `status.json` and `done.json`, read as a stranger's files: what is missing gets its default, what makes no sense is
// left out, and only what is no such document at all is refused. Pure: no disk, no Premiere.

const { isAbsolute, isInside } = require("./names.js");

const LONGEST_TEXT = 600;
const MOST_FILES = 2000;
const MOST_SHOTS = 200;
const MOST_MEDIA = 100000;

/**
 * @typedef {{ shot: string, why: string }} Shot
 *
 * @typedef {object} WatchedFile How an export stands.
 * @property {string} file - relative to the watched folder
 * @property {string} state
 * @property {number} since - milliseconds since the epoch; 0 where it is not said
 * @property {string} message
 * @property {string | null} cut - its folder below `cuts` in the library
 * @property {number} progress - 0 to 1
 * @property {number | null} version - the last that was handed back
 * @property {Shot[]} held
 * @property {Shot[]} failed
 * @property {string | null} sameAs
 *
 * @typedef {object} Status
 * @property {number} updated - milliseconds since the epoch; 0 where it is not said
 * @property {string} watcher - its state
 * @property {string} computer - where it runs
 * @property {WatchedFile[]} files
 * @property {string[]} problems
 *
 * @typedef {object} Done A version of a cut; without holes `version` is null.
 * @property {number | null} version
 * @property {Map<string, string>} outputs - path below the cut's folder, by flavor
 * @property {string[]} media - paths below the library
 */

/**
 * @param {string} text
 * @returns {Status}
 * @throws {Error} it is no Status.1
 */
function readStatus(text) {
  const document = documentOf(text, "Status.1");
  const watcher = fieldsOf(document.watcher);
  return {
    updated: momentOf(document.updated),
    watcher: textOf(watcher.state),
    computer: textOf(watcher.host),
    files: listOf(document.files, MOST_FILES).map(fileOf).filter((each) => each.file !== ""),
    problems: listOf(document.problems, MOST_SHOTS).map(textOf).filter(Boolean),
  };
}

/**
 * @param {unknown} value
 * @returns {WatchedFile}
 */
function fileOf(value) {
  const fields = fieldsOf(value);
  return {
    file: textOf(fields.file),
    state: textOf(fields.state),
    since: momentOf(fields.since),
    message: textOf(fields.message),
    cut: isInside(fields.cut) && !fields.cut.includes("/") ? fields.cut : null,
    progress: Math.min(1, Math.max(0, numberOf(fields.progress))),
    version: wholeOf(fields.version) || null,
    held: shotsOf(fields.held),
    failed: shotsOf(fields.failed),
    sameAs: textOf(fields.same_as) || null,
  };
}

/**
 * @param {string} text
 * @returns {Done}
 * @throws {Error} it cannot be used; says why, to go after "cannot be used: "
 */
function readDone(text) {
  const document = documentOf(text, "Done.1");
  if (document.version === null || document.version === undefined) {
    return { version: null, outputs: new Map(), media: [] };
  }
  const version = wholeOf(document.version);
  if (!version) {
    throw new Error("its version is no number");
  }
  if (!Array.isArray(document.media) || document.media.length > MOST_MEDIA) {
    throw new Error("its list of media is missing");
  }
  // Media outside the library is named by its whole path; it is no take.
  const takes = document.media.filter((each) => !(typeof each === "string" && isAbsolute(each)));
  return { version, outputs: outputsOf(document.outputs), media: takes.map(insideOf) };
}

/** @param {unknown} value */
function outputsOf(value) {
  const outputs = new Map();
  for (const [flavor, path] of Object.entries(fieldsOf(value))) {
    outputs.set(flavor, insideOf(path));
  }
  return outputs;
}

/**
 * @param {unknown} path
 * @returns {string}
 */
function insideOf(path) {
  if (!isInside(path)) {
    throw new Error(`${JSON.stringify(path)} is no path inside the library`);
  }
  return path;
}

/**
 * @param {string} text
 * @param {string} schema
 */
function documentOf(text, schema) {
  const document = fieldsOf(JSON.parse(text.replace(/^\ufeff/, "")));
  if (document.schema !== schema) {
    throw new Error(`it is no ${schema}`);
  }
  return document;
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function fieldsOf(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/**
 * @param {unknown} value
 * @param {number} most
 * @returns {unknown[]}
 */
function listOf(value, most) {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

/** @param {unknown} value */
function textOf(value) {
  if (typeof value !== "string") {
    return "";
  }
  return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}

/** @param {unknown} value */
function numberOf(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** @param {unknown} value */
function wholeOf(value) {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** @param {unknown} value */
function momentOf(value) {
  return Date.parse(textOf(value)) || 0; // NaN for what is no time
}

/**
 * @param {unknown} value
 * @returns {Shot[]}
 */
function shotsOf(value) {
  return listOf(value, MOST_SHOTS)
    .map(fieldsOf)
    .map((each) => ({ shot: textOf(each.shot), why: textOf(each.why) }))
    .filter((each) => each.shot !== "");
}

module.exports = { readDone, readStatus };
