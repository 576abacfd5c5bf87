// What is said to the editor: why something could not go on, counts, sums and times of day.
//
// Nothing here shows anything; the panel does that.

/** It cannot go on: `message` says what is wrong, `nextStep` what the editor can do. */
class Trouble extends Error {
  /**
   * @param {string} message
   * @param {string} nextStep
   */
  constructor(message, nextStep) {
    super(message);
    this.nextStep = nextStep;
  }
}

/**
 * What went wrong, as lines for the editor.
 *
 * @param {unknown} error
 * @returns {string[]}
 */
function linesOf(error) {
  if (error instanceof Trouble) {
    return [error.message, error.nextStep];
  }
  return [
    `Pickup stopped because of a mistake of its own: ${reasonOf(error)}.`,
    "Your sequences are as they were. Please report this line, and export or import by hand for now: File > Export or File > Import.",
  ];
}

/**
 * The words of an error that came from Premiere or the disk, without a full stop at the end.
 *
 * @param {unknown} error
 */
function reasonOf(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[\s.]+$/, "") || "no reason was given";
}

/**
 * A count as it is spoken: `1 take`, `2 takes`.
 *
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/**
 * A time of day: `14:32:05`, with its date where that is not today.
 *
 * @param {number} moment - milliseconds since the epoch
 * @param {number} now - the same
 */
function clockTime(moment, now) {
  const then = new Date(moment);
  const time = [then.getHours(), then.getMinutes(), then.getSeconds()].map(twoDigits).join(":");
  if (then.toDateString() === new Date(now).toDateString()) {
    return time;
  }
  return `${then.getFullYear()}-${twoDigits(then.getMonth() + 1)}-${twoDigits(then.getDate())} ${time}`;
}

/** @param {number} number */
function twoDigits(number) {
  return String(number).padStart(2, "0");
}

/**
 * A version as files and editors say it: `v003`.
 *
 * @param {number} version
 */
function versionName(version) {
  return `v${String(version).padStart(3, "0")}`;
}

module.exports = { Trouble, clockTime, counted, linesOf, reasonOf, versionName };
