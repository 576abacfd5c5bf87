// What the panel is given from outside, so that it can be played without Premiere.

/**
 * @typedef {Pick<
 *   import("@adobe/premierepro").premierepro,
 *   "Application" | "ClipProjectItem" | "FolderItem" | "Project" | "ProjectConverter" | "ProjectItem"
 * >} Premiere The part of Premiere's API that is used.
 *
 * @typedef {Pick<
 *   import("uxp").storage.FileSystemProvider,
 *   "createPersistentToken" | "getEntryForPersistentToken" | "getFolder"
 * >} FileSystem
 *
 * @typedef {Pick<LocalStorage, "getItem" | "removeItem" | "setItem">} Memory Texts that outlast a session.
 *
 * @typedef {object} Host
 * @property {Premiere} premiere
 * @property {FileSystem} fileSystem
 * @property {Memory} memory
 * @property {() => number} now - milliseconds since the epoch
 * @property {(milliseconds: number) => Promise<void>} sleep
 */

const { Trouble } = require("./words.js");

/**
 * The project that is open.
 *
 * @param {Premiere} premiere
 * @param {string} nextStep - what to do once one is open
 */
async function openProject(premiere, nextStep) {
  const project = await answerOf(() => premiere.Project.getActiveProject());
  if (!project) {
    throw new Trouble("No project is open.", nextStep);
  }
  return project;
}

/**
 * What Premiere answers; null where it throws, as some calls do instead of answering with nothing.
 *
 * @template T
 * @param {() => T | Promise<T>} call
 * @returns {Promise<T | null>}
 */
async function answerOf(call) {
  try {
    return (await call()) ?? null;
  } catch {
    return null;
  }
}

module.exports = { answerOf, openProject };
