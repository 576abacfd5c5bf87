// The bin that receives: found at the top of the project, or made there.

const { answerOf } = require("./host.js");

/**
 * @typedef {import("@adobe/premierepro").FolderItem} FolderItem
 * @typedef {import("@adobe/premierepro").Project} Project
 * @typedef {import("@adobe/premierepro").ProjectItem} ProjectItem
 * @typedef {import("./host.js").Premiere} Premiere
 *
 * @typedef {object} Bin
 * @property {ProjectItem} item
 * @property {string} said - how it is called in a sentence
 * @property {() => Promise<(path: string) => boolean>} holding - says of a path whether a clip in the bin shows that file
 */

const NAME = "Pickup";

/**
 * @param {Premiere} premiere
 * @param {Project} project
 * @returns {Promise<Bin>} the top of the project where no bin can be made
 */
async function pickupBin(premiere, project) {
  const root = await project.getRootItem();
  const found = (await binIn(premiere, root)) ?? (await madeIn(premiere, project, root));
  if (found === null) {
    return { item: premiere.ProjectItem.cast(root), said: "the project", holding: () => holding(premiere, root) };
  }
  return { item: found, said: `the bin ${NAME}`, holding: () => holding(premiere, premiere.FolderItem.cast(found)) };
}

/**
 * @param {Premiere} premiere
 * @param {FolderItem} root
 * @returns {Promise<ProjectItem | null>}
 */
async function binIn(premiere, root) {
  const items = (await answerOf(() => root.getItems())) ?? [];
  return items.find((each) => each.name === NAME && each.type === premiere.ProjectItem.TYPE_BIN) ?? null;
}

/**
 * An action must be made and carried out under one lock, since Premiere 26.3.
 *
 * @param {Premiere} premiere
 * @param {Project} project
 * @param {FolderItem} root
 */
async function madeIn(premiere, project, root) {
  await answerOf(() =>
    project.lockedAccess(() => {
      project.executeTransaction((transaction) => {
        transaction.addAction(root.createBinAction(NAME, false));
      }, `Make the bin ${NAME}`);
    }),
  );
  return binIn(premiere, root);
}

/**
 * @param {Premiere} premiere
 * @param {FolderItem} folder
 * @returns {Promise<(path: string) => boolean>}
 */
async function holding(premiere, folder) {
  const items = (await answerOf(() => folder.getItems())) ?? [];
  const paths = await Promise.all(items.map((each) => mediaPath(premiere, each)));
  const known = new Set(paths.map(comparable));
  return (path) => known.has(comparable(path));
}

/**
 * @param {Premiere} premiere
 * @param {ProjectItem} item
 * @returns {Promise<string>} empty for what shows no file
 */
async function mediaPath(premiere, item) {
  // The cast answers nothing for a bin, and a sequence has no file.
  return (await answerOf(async () => premiere.ClipProjectItem.cast(item)?.getMediaFilePath())) ?? "";
}

/**
 * macOS takes a letter and its accent apart in names, and Windows takes either slash.
 *
 * @param {string} path
 */
function comparable(path) {
  return path.normalize("NFC").replace(/\\/g, "/");
}

module.exports = { pickupBin };
