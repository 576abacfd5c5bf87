// Receive: brings a version of a cut into the open project, as a new sequence where Premiere makes one, else its takes
// into the bin Pickup. No sequence that was there before is changed.

const { pickupBin } = require("./bin.js");
const { readDone } = require("./documents.js");
const { entryAt, fileAt, textOf } = require("./files.js");
const { answerOf, openProject } = require("./host.js");
const { Trouble, counted, reasonOf, versionName } = require("./words.js");

/**
 * @typedef {import("uxp").storage.Folder} Folder
 * @typedef {import("@adobe/premierepro").Project} Project
 * @typedef {import("@adobe/premierepro").Sequence} Sequence
 * @typedef {import("./host.js").Host} Host
 * @typedef {import("./bin.js").Bin} Bin
 *
 * @typedef {object} Delivered A version whose files are all there; whole paths.
 * @property {string} name
 * @property {number} version
 * @property {string | null} xml
 * @property {string} timeline - the file to import by hand
 * @property {string[]} media
 *
 * @typedef {object} Came
 * @property {number} version
 * @property {"sequence" | "media"} as
 * @property {string[]} lines - what happened
 */

const LATE_TRIES = 12;
const LATE_MS = 250;

/**
 * Receives the newest version of a cut.
 *
 * @param {Host} host
 * @param {{ library: Folder | null, cut: string }} what
 * @returns {Promise<Came>}
 * @throws {Trouble} nothing was received
 */
async function receive(host, { library, cut }) {
  if (library === null) {
    throw new Trouble("The library cannot be reached.", "If its drive is away, wait for it, and press Receive again.");
  }
  const delivered = await deliveredOf(library, cut);
  const project = await openProject(host.premiere, "Open the project to receive into, and press Receive again.");
  const bin = await pickupBin(host.premiere, project);
  const sequence = delivered.xml === null ? null : await importedSequence(host, { project, bin, xml: delivered.xml });
  if (sequence !== null) {
    const opened = await answerOf(() => project.setActiveSequence(sequence));
    const where = opened ? "and open" : `in the project; open it from ${bin.said}`;
    const lines = [`${sequence.name} is here, as a new sequence ${where}. Your own sequences are as they were.`];
    return { version: delivered.version, as: "sequence", lines };
  }
  return importedMedia(project, { bin, delivered });
}

/**
 * What `done.json` of a cut hands over.
 *
 * @param {Folder} library
 * @param {string} cut
 * @returns {Promise<Delivered>}
 */
async function deliveredOf(library, cut) {
  const folder = `cuts/${cut}`;
  const file = await fileAt(library, `${folder}/done.json`);
  if (file === null) {
    throw new Trouble(`Nothing has been handed back for ${cut} yet.`, "Wait until its state says so, and press Receive again.");
  }
  const done = await readOf(file);
  if (done.version === null) {
    throw new Trouble(
      `${cut} has no holes, so there is nothing to receive.`,
      "If it should have some, mark them PICKUP: and press Send.",
    );
  }
  const xml = done.outputs.get("fcp7") ?? null;
  const timeline = done.outputs.get("premiere") ?? xml;
  if (timeline === null) {
    throw new Trouble(
      `${cut} names no timeline for Premiere.`,
      "Add premiere and fcp7 to the flavors in pickup.toml, and press Send.",
    );
  }
  const [xmlPath, timelinePath, ...media] = await wholePaths(library, [
    `${folder}/${xml ?? timeline}`,
    `${folder}/${timeline}`,
    ...done.media,
  ]);
  return {
    name: `${cut} ${versionName(done.version)}`,
    version: done.version,
    xml: xml === null ? null : xmlPath,
    timeline: timelinePath,
    media,
  };
}

/** @param {import("uxp").storage.File} file */
async function readOf(file) {
  try {
    return readDone(await textOf(file));
  } catch (error) {
    throw new Trouble(
      `${file.nativePath} cannot be used: ${reasonOf(error)}.`,
      "Send the sequence again, so that a new version is written.",
    );
  }
}

/**
 * The whole path of each file.
 *
 * @param {Folder} library
 * @param {string[]} paths - below the library
 * @throws {Trouble} one of them is not there
 */
async function wholePaths(library, paths) {
  const entries = await Promise.all(paths.map((path) => entryAt(library, path)));
  const absent = paths.filter((_, index) => entries[index] === null);
  if (absent.length > 0) {
    throw new Trouble(
      `${counted(absent.length, "file")} cannot be reached, first ${absent[0]}.`,
      "If the library is still being copied or its drive is away, wait for it, and press Receive again.",
    );
  }
  return entries.flatMap((entry) => (entry === null ? [] : [entry.nativePath]));
}

/**
 * Imports Final Cut Pro XML; the new sequence, or null where none came of it.
 *
 * @param {Host} host
 * @param {{ project: Project, bin: Bin, xml: string }} what
 * @returns {Promise<Sequence | null>}
 */
async function importedSequence(host, { project, bin, xml }) {
  const before = await answerOf(() => project.getSequences());
  if (before === null) {
    return null; // a new sequence could not be told from the editor's own
  }
  const known = new Set(before.map((each) => each.guid.toString()));
  const said = await answerOf(() => project.importFiles([xml], true, bin.item, false));
  // Premiere may say true and make no sequence, and may make it a moment after it said so.
  for (let left = said ? LATE_TRIES : 0; ; left -= 1) {
    const sequences = (await answerOf(() => project.getSequences())) ?? [];
    const fresh = sequences.find((each) => !known.has(each.guid.toString()));
    if (fresh || left === 0) {
      return fresh ?? null;
    }
    await host.sleep(LATE_MS);
  }
}

/**
 * Imports the takes that are not in the bin yet.
 *
 * @param {Project} project
 * @param {{ bin: Bin, delivered: Delivered }} what
 * @returns {Promise<Came>}
 */
async function importedMedia(project, { bin, delivered }) {
  const holds = await bin.holding();
  const absent = delivered.media.filter((path) => !holds(path));
  const byHand = `For the sequence: File > Import, and choose ${delivered.timeline}.`;
  if (absent.length > 0 && !(await answerOf(() => project.importFiles(absent, true, bin.item, false)))) {
    throw new Trouble(`Premiere imported neither the sequence nor the takes of ${delivered.name}.`, byHand);
  }
  const takes = counted(delivered.media.length, "take");
  const lines = [`Premiere made no sequence of ${delivered.name}. Its ${takes} lie in ${bin.said}.`, byHand];
  return { version: delivered.version, as: "media", lines };
}

module.exports = { receive };
