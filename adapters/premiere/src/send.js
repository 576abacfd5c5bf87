// Send: exports the active sequence into the watched folder, with a sidecar of what an export may not carry.
//
// The export counts from the moment it has its own name, which it gets last; until then its name is one that a watcher
// never looks at. Sending a sequence again replaces what was sent under its name. The sequence itself is only read.

const { fileAt, pathIn, remove, removeAll, rename, sizeOf, writeText } = require("./files.js");
const { answerOf, openProject } = require("./host.js");
const { rateOf, safeName } = require("./names.js");
const { Trouble, reasonOf } = require("./words.js");

/**
 * @typedef {import("uxp").storage.File} File
 * @typedef {import("uxp").storage.Folder} Folder
 * @typedef {import("@adobe/premierepro").Sequence} Sequence
 * @typedef {import("@adobe/premierepro").Project} Project
 * @typedef {import("./host.js").Host} Host
 *
 * @typedef {object} Exported
 * @property {File} file - under its temporary name
 * @property {string} suffix
 * @property {string} remark - why it is not OpenTimelineIO, or nothing
 */

const BY_HAND = "Export by hand: File > Export > Final Cut Pro XML, into ";

/**
 * Sends the active sequence.
 *
 * @param {Host} host
 * @param {import("./folder.js").ChosenFolders} folders
 * @returns {Promise<string[]>} what happened
 * @throws {Trouble} nothing was sent, and nothing is left in the folder
 */
async function send(host, folders) {
  const project = await openProject(host.premiere, "Open the project to send from, and press Send again.");
  const sequence = await answerOf(() => project.getActiveSequence());
  if (!sequence) {
    throw new Trouble("No sequence is open.", "Open the sequence to send in the timeline, and press Send again.");
  }
  const watched = await folders.watchedOrAsked();
  const beginning = `.pickup-${Math.random().toString(36).slice(2, 10).padEnd(8, "0")}`;
  try {
    const exported = await exportInto(watched, { premiere: host.premiere, sequence, beginning });
    const name = safeName(sequence.name) + exported.suffix;
    const remark = await writeSidecar(watched, { name, beginning, document: await sidecar(host, { project, sequence, name }) });
    await giveName(watched, exported.file, name);
    return [`Sent ${name} to ${watched.nativePath}.`, exported.remark, remark].filter(Boolean);
  } finally {
    await answerOf(() => removeAll(watched, beginning));
  }
}

/**
 * @param {Folder} folder
 * @param {{ premiere: Host["premiere"], sequence: Sequence, beginning: string }} what
 * @returns {Promise<Exported>}
 */
async function exportInto(folder, { premiere, sequence, beginning }) {
  const converter = premiere.ProjectConverter;
  const otio = await exported(folder, `${beginning}.part.otio`, async (path) =>
    converter.exportAsOpenTimelineIO(sequence, path, true),
  );
  if (typeof otio !== "string") {
    return { file: otio, suffix: ".otio", remark: "" };
  }
  const xml = await exported(folder, `${beginning}.part.xml`, async (path) =>
    converter.exportAsFinalCutProXML(sequence, path, true),
  );
  if (typeof xml !== "string") {
    return { file: xml, suffix: ".xml", remark: `It went as Final Cut Pro XML, since OpenTimelineIO failed: ${otio}.` };
  }
  throw new Trouble(
    `Premiere wrote no export of ${sequence.name}: ${otio}; and as XML: ${xml}.`,
    `${BY_HAND}${folder.nativePath}.`,
  );
}

/**
 * Exports under a name; what Premiere answers proves nothing, only a file that holds something does.
 *
 * @param {Folder} folder
 * @param {string} name
 * @param {(path: string) => Promise<boolean>} call - throws a TypeError where this Premiere does not have the call
 * @returns {Promise<File | string>} the file, or why there is none
 */
async function exported(folder, name, call) {
  try {
    if (!(await call(pathIn(folder.nativePath, name)))) {
      return "Premiere refused";
    }
  } catch (error) {
    return error instanceof TypeError ? "this Premiere cannot do it" : reasonOf(error);
  }
  const file = await fileAt(folder, name);
  if (file === null) {
    return "no file was written";
  }
  return (await sizeOf(file)) > 0 ? file : "the file is empty";
}

/**
 * What an export may not carry, as `Sent.1`; what Premiere does not say is null.
 *
 * @param {Host} host
 * @param {{ project: Project, sequence: Sequence, name: string }} what
 */
async function sidecar(host, { project, sequence, name }) {
  const version = await answerOf(() => host.premiere.Application.version);
  const size = await answerOf(() => sequence.getFrameSize());
  const timebase = await answerOf(() => sequence.getTimebase());
  const pixels = size === null ? [] : [Math.round(size.width), Math.round(size.height)];
  return {
    schema: "Sent.1",
    file: name,
    from: version ? `Adobe Premiere ${version}` : "Adobe Premiere",
    project: project.name,
    timeline: sequence.name,
    size: pixels.length === 2 && pixels.every((each) => each > 0) ? pixels : null,
    rate: timebase === null ? null : rateOf(String(timebase)),
    drop_frame: null,
    start_timecode: null,
    clips: [],
    markers: [],
  };
}

/**
 * Writes the sidecar; where that fails the export goes without, and without an older one, too.
 *
 * @param {Folder} folder
 * @param {{ name: string, beginning: string, document: object }} what
 * @returns {Promise<string>} why it goes without, or nothing
 */
async function writeSidecar(folder, { name, beginning, document }) {
  try {
    const file = await writeText(folder, `${beginning}.part.json`, `${JSON.stringify(document, null, 2)}\n`);
    await rename(folder, file, sidecarOf(name));
    return "";
  } catch (error) {
    await remove(folder, sidecarOf(name));
    return `Picture size and rate could not be sent with it: ${reasonOf(error)}.`;
  }
}

/**
 * @param {Folder} folder
 * @param {File} file
 * @param {string} name
 */
async function giveName(folder, file, name) {
  try {
    await rename(folder, file, name);
  } catch (error) {
    await remove(folder, sidecarOf(name));
    throw new Trouble(
      `${name} could not be put into ${folder.nativePath}: ${reasonOf(error)}.`,
      "See that the folder can be written and that no program holds the file open, and press Send again.",
    );
  }
}

/** @param {string} name */
function sidecarOf(name) {
  return `${name}.sent.json`;
}

module.exports = { send };
