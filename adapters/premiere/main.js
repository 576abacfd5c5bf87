// Where UXP begins: Premiere, the disk, the page and its theme are put together. Everything else is given what it needs.

const premiere = require("premierepro");
const { entrypoints, storage } = require("uxp");
const { Session } = require("./src/session.js");
const { View } = require("./src/view.js");

const view = new View(document, {
  chooseFolder: () => session.chooseFolder(),
  chooseLibrary: () => session.chooseLibrary(),
  receive: (cut) => session.receive(cut),
  send: () => session.send(),
});

const session = new Session(
  {
    premiere,
    fileSystem: storage.localFileSystem,
    memory: localStorage,
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((wake) => setTimeout(() => wake(undefined), milliseconds)),
  },
  (picture) => view.show(picture),
);

// What `show` returns must not be waited for: UXP allows a panel 300 ms. Premiere does not always call `hide`; then one
// small file goes on being read every two seconds.
entrypoints.setup({
  panels: {
    pickup: {
      show: () => void session.show(),
      hide: () => session.hide(),
    },
  },
});

/** @param {string} theme - light, dark or darkest */
function wear(theme) {
  document.body.className = theme.includes("dark") ? "" : "light";
}

if (document.theme) {
  wear(document.theme.getCurrent());
  document.theme.onUpdated.addListener(wear);
}

void session.show(); // a page is loaded because its panel is opened
