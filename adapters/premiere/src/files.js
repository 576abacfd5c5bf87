// The disk as UXP shows it. The only module that calls entries and folders; the official types answer `any` here, and
// each answer gets its type in this file.

/**
 * @typedef {import("uxp").storage.Entry} Entry
 * @typedef {import("uxp").storage.File} File
 * @typedef {import("uxp").storage.Folder} Folder
 */

/**
 * What lies at a path below a folder; null where nothing does. UXP throws for both "absent" and "not allowed".
 *
 * @param {Folder} folder
 * @param {string} path - `/`-separated
 * @returns {Promise<Entry | null>}
 */
async function entryAt(folder, path) {
  try {
    return /** @type {Entry} */ (await folder.getEntry(path));
  } catch {
    return null;
  }
}

/**
 * @param {Folder} folder
 * @param {string} path
 * @returns {Promise<File | null>}
 */
async function fileAt(folder, path) {
  const entry = await entryAt(folder, path);
  return entry !== null && entry.isFile ? /** @type {File} */ (entry) : null;
}

/**
 * @param {Folder} folder
 * @param {string} path
 * @returns {Promise<Folder | null>}
 */
async function folderAt(folder, path) {
  const entry = await entryAt(folder, path);
  return entry !== null && entry.isFolder ? /** @type {Folder} */ (entry) : null;
}

/**
 * Whether a folder can be listed: a remembered entry may point at nothing.
 *
 * @param {Folder} folder
 */
async function canBeListed(folder) {
  try {
    await folder.getEntries();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {File} file
 * @returns {Promise<string>}
 */
async function textOf(file) {
  return /** @type {string} */ (await file.read({}));
}

/**
 * @param {File} file
 * @returns {Promise<number>} bytes
 */
async function sizeOf(file) {
  const metadata = /** @type {import("uxp").storage.EntryMetadata} */ (await file.getMetadata());
  return metadata.size;
}

/**
 * Writes a text under a temporary name.
 *
 * @param {Folder} folder
 * @param {string} name
 * @param {string} text
 */
async function writeText(folder, name, text) {
  const file = /** @type {File} */ (await folder.createFile(name, { overwrite: true }));
  await file.write(text, {});
  return file;
}

/**
 * Gives a file its own name; what had that name before is gone.
 *
 * @param {Folder} folder
 * @param {File} file
 * @param {string} name
 */
async function rename(folder, file, name) {
  await folder.renameEntry(file, name, { overwrite: true });
}

/**
 * Removes a file if it is there and can be removed.
 *
 * @param {Folder} folder
 * @param {string} name
 */
async function remove(folder, name) {
  try {
    await (await fileAt(folder, name))?.delete();
  } catch {
    // Nothing that matters is told by its staying: its name is one that a watcher never looks at.
  }
}

/**
 * Removes every file whose name begins so.
 *
 * @param {Folder} folder
 * @param {string} beginning
 */
async function removeAll(folder, beginning) {
  const entries = /** @type {Entry[]} */ (await folder.getEntries());
  for (const entry of entries) {
    if (entry.name.startsWith(beginning)) {
      await remove(folder, entry.name);
    }
  }
}

/**
 * The path of a name in a folder, as the system of that folder writes paths.
 *
 * @param {string} folder
 * @param {string} name
 */
function pathIn(folder, name) {
  const separator = /^([A-Za-z]:|\\\\)/.test(folder) ? "\\" : "/";
  return folder.replace(/[\\/]+$/, "") + separator + name;
}

module.exports = {
  canBeListed,
  entryAt,
  fileAt,
  folderAt,
  pathIn,
  remove,
  removeAll,
  rename,
  sizeOf,
  textOf,
  writeText,
};
