// Draws the panel. A part is drawn anew only when what it shows changed: a button that is replaced between press and
// release hears no click.

/**
 * @typedef {import("./session.js").Picture} Picture
 * @typedef {import("./session.js").Said} Said
 * @typedef {import("./rows.js").Group} Group
 * @typedef {import("./rows.js").Row} Row
 *
 * @typedef {object} Handlers
 * @property {() => void} chooseFolder
 * @property {() => void} chooseLibrary
 * @property {() => void} send
 * @property {(cut: string) => void} receive
 */

const NO_FOLDER =
  "Choose the folder that `pickup watch` watches. Send puts the active sequence there as OpenTimelineIO, " +
  "and what comes back is listed here.";
const NO_FILES = "What is sent is listed here.";

class View {
  /**
   * @param {Document} page
   * @param {Handlers} handlers
   */
  constructor(page, handlers) {
    this._page = page;
    this._handlers = handlers;
    /** @type {Map<string, string>} */
    this._drawn = new Map();
    page.getElementById("choose").addEventListener("click", handlers.chooseFolder);
    page.getElementById("library").addEventListener("click", handlers.chooseLibrary);
    page.getElementById("send").addEventListener("click", handlers.send);
  }

  /** @param {Picture} picture */
  show(picture) {
    this._part("folder", [picture.folder], () => [this._text(picture.folder || "No folder yet")]);
    this._part("watcher", [picture.watcher, picture.library, picture.folder === ""], () => this._watcher(picture));
    this._part("outcome", [picture.outcome], () => this._said(picture.outcome));
    this._part("problems", [picture.problems], () =>
      this._said(picture.problems.length === 0 ? null : { lines: picture.problems, tone: "bad" }),
    );
    this._part("list", [picture.groups, picture.isBusy, picture.isRead], () => this._list(picture));
    this._page.getElementById("folder").setAttribute("title", picture.folder);
    this._page.getElementById("choose").textContent = picture.folder ? "Change …" : "Choose …";
    this._page.getElementById("library").className = picture.mayChooseLibrary ? "" : "none";
    for (const id of ["choose", "library", "send"]) {
      setDisabled(this._page.getElementById(id), picture.isBusy);
    }
  }

  /**
   * @param {string} id
   * @param {unknown} shows - all that the part is drawn from
   * @param {() => Element[]} draw
   */
  _part(id, shows, draw) {
    const key = JSON.stringify(shows);
    if (this._drawn.get(id) !== key) {
      this._drawn.set(id, key);
      fill(this._page.getElementById(id), draw());
    }
  }

  /** @param {Picture} picture */
  _watcher({ folder, library, watcher }) {
    const elsewhere = library ? [this._text(`Library: ${library}`, "line faint")] : [];
    if (folder === "") {
      return [this._text(NO_FOLDER, "line faint")];
    }
    return [...elsewhere, ...this._said(watcher)];
  }

  /** @param {Said | null} said */
  _said(said) {
    if (said === null) {
      return [];
    }
    return [this._box(`said ${said.tone}`, said.lines.map((line) => this._text(line, "line")))];
  }

  /** @param {Picture} picture */
  _list({ groups, isBusy, isRead }) {
    if (groups.length === 0 && isRead) {
      return [this._text(NO_FILES, "said faint")];
    }
    return groups.flatMap((group) => [
      this._text(group.title, "title"),
      ...group.rows.map((row) => this._row(row, isBusy)),
      ...(group.more ? [this._text(group.more, "line faint")] : []),
    ]);
  }

  /**
   * @param {Row} row
   * @param {boolean} isBusy
   */
  _row(row, isBusy) {
    const name = this._text(row.name, "name");
    name.setAttribute("title", row.name);
    const parts = [this._box("row", [name, this._text(row.state, "state")])];
    if (row.progress !== null) {
      parts.push(this._bar(row.progress));
    }
    parts.push(...row.lines.map((line) => this._text(line, "line")));
    if (row.receive !== null) {
      parts.push(this._button(row.receive, isBusy));
    }
    return this._box(`file ${row.tone}`, parts);
  }

  /** @param {number} share */
  _bar(share) {
    const filled = this._box("fill", []);
    filled.setAttribute("style", `width: ${Math.round(share * 100)}%`);
    return this._box("bar", [filled]);
  }

  /**
   * @param {NonNullable<Row["receive"]>} receive
   * @param {boolean} isBusy
   */
  _button({ cut, label, isNew }, isBusy) {
    const button = this._page.createElement("button");
    button.className = isNew ? "new" : "";
    button.textContent = label;
    button.setAttribute("uxp-variant", isNew ? "cta" : "secondary");
    button.addEventListener("click", () => this._handlers.receive(cut));
    setDisabled(button, isBusy);
    return button;
  }

  /**
   * @param {string} text
   * @param {string} [className]
   */
  _text(text, className = "") {
    const element = this._box(className, []);
    element.textContent = text;
    return element;
  }

  /**
   * @param {string} className
   * @param {Element[]} children
   */
  _box(className, children) {
    const element = this._page.createElement("div");
    element.className = className;
    fill(element, children);
    return element;
  }
}

/**
 * @param {Element} parent
 * @param {Element[]} children
 */
function fill(parent, children) {
  while (parent.firstChild) {
    parent.removeChild(parent.firstChild);
  }
  for (const child of children) {
    parent.appendChild(child);
  }
}

/**
 * @param {Element} button
 * @param {boolean} isDisabled
 */
function setDisabled(button, isDisabled) {
  if (isDisabled) {
    button.setAttribute("disabled", "");
  } else {
    button.removeAttribute("disabled");
  }
}

module.exports = { View };
