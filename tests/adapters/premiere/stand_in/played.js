// A part of an official type that behaves as the whole: what is not played is an error, never a quiet `undefined`.

/**
 * @template {object} T
 * @param {string} name
 * @param {Partial<NoInfer<T>>} part
 * @returns {T}
 */
function played(name, part) {
  const whole = new Proxy(part, {
    get(target, key) {
      // A promise asks what it is given for `then`, and a printer for symbols.
      if (key in target || typeof key === "symbol" || key === "then" || key === "toJSON") {
        return Reflect.get(target, key);
      }
      throw new Error(`${name}.${key} is not played`);
    },
  });
  return /** @type {T} */ (whole);
}

module.exports = { played };
