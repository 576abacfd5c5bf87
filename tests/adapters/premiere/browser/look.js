// Opens the panel in Chromium in every scene and prints what was seen, as JSON.
//
//     node look.js chromium FOLDER_FOR_PICTURES

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");
const { furnish, inspect } = require("./page.js");
const { SCENES } = require("./scenes.js");

const ROOT = path.resolve(__dirname, "../../../..");
const PANEL = path.join(ROOT, "adapters/premiere");
const NOW = new Date("2026-11-27T12:00:00Z");
const HEIGHT = 700;
const GROUNDS = { dark: "#232323", light: "#f0f0f0" }; // of Premiere's panels, as near as a stranger can tell

function sources() {
  const found = {};
  for (const folder of ["adapters/premiere/src", "tests/adapters/premiere/stand_in"]) {
    for (const name of fs.readdirSync(path.join(ROOT, folder))) {
      found[`${folder}/${name}`] = fs.readFileSync(path.join(ROOT, folder, name), "utf8");
    }
  }
  return found;
}

async function open(browser, { room, width, theme }) {
  const context = await browser.newContext({ viewport: { width, height: HEIGHT } });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => errors.push(message.text()));
  await page.clock.install({ time: NOW });
  await page.addInitScript(furnish, { sources: sources(), scene: room, theme });
  await page.goto(`file://${PANEL}/index.html`);
  return { page, errors, close: () => context.close() };
}

async function press(page, label) {
  await page.getByRole("button", { name: label, exact: true }).click();
  await page.clock.runFor(5000); // Premiere is given three seconds to make a sequence
}

/** One scene as a narrow dark panel, then as a wide light one. */
async function lookAt(browser, name, pictures) {
  const { room, press: label } = SCENES[name];
  const { page, errors, close } = await open(browser, { room, width: 260, theme: "dark" });
  await page.clock.runFor(100);
  if (label) {
    await press(page, label);
  }
  const looks = [];
  for (const [width, theme] of [[260, "dark"], [600, "light"]]) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.evaluate(([each, ground]) => {
      window.played.wear(each);
      document.documentElement.style.background = ground;
    }, [theme, GROUNDS[theme]]);
    const seen = await page.evaluate(inspect);
    await page.screenshot({ path: path.join(pictures, `${name.replace(/ /g, "_")}_${width}_${theme}.png`) });
    looks.push({ name, width, ...seen });
  }
  await close();
  return looks.map((each) => ({ ...each, errors }));
}

/** What happens over time, in one room. */
async function watch(browser) {
  const { page, errors, close } = await open(browser, { room: SCENES.ended.room, width: 360, theme: "dark" });
  const say = (state) =>
    page.evaluate((message) => {
      window.played.room.now = Date.now();
      window.played.room.status({ file: "reel1.otio", state: "done", cut: "reel1", version: 2, message });
    }, state);
  const text = () => page.evaluate(() => document.getElementById("list").innerText);
  await page.clock.runFor(100);
  await page.evaluate(() => (document.querySelector("#list button").mark = "kept"));
  await page.clock.runFor(4000);
  const kept = await page.evaluate(() => document.querySelector("#list button").mark);
  await say("written while shown");
  await page.clock.runFor(2100);
  const shown = await text();
  await page.evaluate(() => window.played.panels.pickup.hide());
  await say("written while hidden");
  await page.clock.runFor(10000);
  const hidden = await text();
  const waitedFor = await page.evaluate(() => window.played.panels.pickup.show() === undefined);
  await page.clock.runFor(100);
  const again = await text();
  const themes = [];
  for (const theme of ["light", "darkest"]) {
    themes.push(await page.evaluate((name) => (window.played.wear(name), document.body.className), theme));
  }
  await close();
  return { errors, kept, shown, hidden, waitedFor, again, themes };
}

async function main([executablePath, pictures]) {
  const browser = await chromium.launch({
    executablePath,
    args: ["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-gpu"],
    timeout: 20000,
  });
  try {
    const looks = [];
    for (const name of Object.keys(SCENES)) {
      looks.push(...(await lookAt(browser, name, pictures)));
    }
    process.stdout.write(JSON.stringify({ looks, time: await watch(browser) }));
  } finally {
    await browser.close();
  }
}

main(process.argv.slice(2));
