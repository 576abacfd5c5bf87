// Runs in the page before the panel: `require` as UXP has it, and a room in which the panel stands.

/**
 * @param {{ sources: Record<string, string>, scene: string, theme: string }} given - texts by path, from the root of
 *   the project; the body of a function of `room`
 */
function furnish({ sources, scene, theme }) {
  const outside = {};
  const loaded = new Map();
  const load = (path) => {
    if (!loaded.has(path)) {
      const module = { exports: {} };
      loaded.set(path, module);
      if (!(path in sources)) {
        throw new Error(`there is no module ${path}`);
      }
      new Function("require", "module", "exports", sources[path])(requireFrom(path), module, module.exports);
    }
    return loaded.get(path).exports;
  };
  const requireFrom = (path) => (name) => outside[name] ?? load(new URL(name, `file:///${path}`).pathname.slice(1));

  const { Room } = load("tests/adapters/premiere/stand_in/room.js");
  const room = new Room();
  room.chosen = () => {
    for (const [key, value] of [["", "token of /edit/in"], [".path", "/edit/in"]]) {
      localStorage.setItem(`pickup.watched${key}`, value);
    }
    return room;
  };
  new Function("room", scene)(room);

  const listeners = [];
  Object.defineProperty(Document.prototype, "theme", {
    value: { getCurrent: () => theme, onUpdated: { addListener: (each) => listeners.push(each) } },
  });
  const played = { room, panels: {}, wear: (name) => listeners.forEach((each) => each(name)) };
  outside.premierepro = room.world.premiere();
  outside.uxp = {
    entrypoints: { setup: ({ panels }) => Object.assign(played.panels, panels) },
    storage: { localFileSystem: room.disk.provider() },
  };
  window.played = played;
  window.require = requireFrom("adapters/premiere/main.js");
}

/** What is seen and what is wrong with it: things that stick out, are cut off, or are too faint to read. */
function inspect() {
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\d.]+/g).map((each) => {
      const part = Number(each) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (!color.endsWith(", 0)")) {
        return color;
      }
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (element) => {
    const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const texts = [...document.querySelectorAll("#panel *")].filter((each) => !each.firstElementChild && each.textContent);
  const seen = texts.filter((each) => each.getClientRects().length > 0);
  const name = (each) => `${each.className || each.id || each.tagName}: ${each.textContent}`;
  return {
    text: document.body.innerText,
    sticksOut: document.documentElement.scrollWidth > window.innerWidth,
    cutOff: seen.filter((each) => !each.matches(".name") && each.scrollWidth > each.clientWidth + 1).map(name),
    faint: seen.filter((each) => !each.disabled && contrast(each) < 4.5).map((each) => `${name(each)} ${contrast(each)}`),
    buttons: [...document.querySelectorAll("button")]
      .filter((each) => each.getClientRects().length > 0)
      .map((each) => ({ label: each.innerText, disabled: each.disabled })),
  };
}

module.exports = { furnish, inspect };
