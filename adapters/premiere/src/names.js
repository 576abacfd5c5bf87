// Names and rates as the folder protocol writes them. Pure: no disk, no Premiere.

const LONGEST_NAME = 80;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
const TICKS_PER_SECOND = 254016000000;
const NTSC_NAMES = new Map([
  [24, "23.976"],
  [30, "29.97"],
  [48, "47.952"],
  [60, "59.94"],
  [120, "119.88"],
]);

/**
 * A file's name for a sequence: ASCII letters, digits and `_ - .`, at most 80, the same for the same sequence.
 *
 * Where letters are lost, a checksum of the whole name keeps two sequences apart.
 *
 * @param {string} name
 */
function safeName(name) {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const lost = /[^\x00-\x7f]/.test(plain);
  let safe = plain.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[_. ]+|[_. ]+$/g, "");
  if (!/[A-Za-z0-9]/.test(safe)) {
    safe = "sequence";
  }
  if (RESERVED.test(safe)) {
    safe = `_${safe}`;
  }
  if (lost || safe.length > LONGEST_NAME) {
    const mark = `-${checksum(name)}`;
    safe = safe.slice(0, LONGEST_NAME - mark.length) + mark;
  }
  return safe;
}

/**
 * FNV-1a over the UTF-16 units, as eight hexadecimal digits.
 *
 * @param {string} text
 */
function checksum(text) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/**
 * Frames a second, exact: `25`, `23.976` for 24000/1001, a fraction for what has no usual name.
 *
 * Where the two products can be equal they lie far below 2^53, so the comparison is exact.
 *
 * @param {string} timebase - ticks per frame, as `Sequence.getTimebase` says it
 * @returns {string | null} null for what is no rate
 */
function rateOf(timebase) {
  const ticks = /^\d{1,12}$/.test(timebase) ? Number(timebase) : 0;
  if (ticks < 1 || ticks > TICKS_PER_SECOND) {
    return null;
  }
  if (TICKS_PER_SECOND % ticks === 0) {
    return String(TICKS_PER_SECOND / ticks);
  }
  for (const [whole, name] of NTSC_NAMES) {
    if (ticks * 1000 * whole === TICKS_PER_SECOND * 1001) {
      return name;
    }
  }
  const divisor = commonDivisor(TICKS_PER_SECOND, ticks);
  return `${TICKS_PER_SECOND / divisor}/${ticks / divisor}`;
}

/**
 * @param {number} left
 * @param {number} right
 * @returns {number}
 */
function commonDivisor(left, right) {
  return right === 0 ? left : commonDivisor(right, left % right);
}

/**
 * Whether a text may be used as a path below a folder: `/`-separated, and it cannot lead out.
 *
 * @param {unknown} path
 * @returns {path is string}
 */
function isInside(path) {
  if (typeof path !== "string" || path.length > 1024 || /[\\:\0]/.test(path)) {
    return false;
  }
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/**
 * Whether a path is a whole one, on any system.
 *
 * @param {string} path
 */
function isAbsolute(path) {
  return /^([A-Za-z]:[\\/]|[\\/])/.test(path);
}

module.exports = { isAbsolute, isInside, rateOf, safeName };
