const assert = require("node:assert/strict");
const { test } = require("node:test");
const { pathIn } = require("../../../../adapters/premiere/src/files.js");
const { rateOf, safeName } = require("../../../../adapters/premiere/src/names.js");

for (const [name, safe] of [
  ["Reel 1", "Reel_1"],
  ["Szene 3/4: Küche", "Szene_3_4_Kuche"],
  ["..hidden~", "hidden"],
  ["CON", "_CON"],
  ["lpt1.final", "_lpt1.final"],
  ["---", "sequence"],
  ["", "sequence"],
]) {
  test(`${JSON.stringify(name)} is written as ${safe}`, () => assert.equal(safeName(name), safe));
}

test("names that lose letters stay apart", () => {
  const [one, other] = [safeName("東京"), safeName("大阪")];
  assert.match(one, /^sequence-[0-9a-f]{8}$/);
  assert.ok(one !== other);
});

test("a long name is cut, and two of them stay apart", () => {
  const [one, other] = [safeName(`${"a".repeat(200)}1`), safeName(`${"a".repeat(200)}2`)];
  assert.equal(one.length, 80);
  assert.ok(one !== other);
});

for (const [ticks, rate] of [
  ["10594584000", "23.976"],
  ["10584000000", "24"],
  ["10160640000", "25"],
  ["8475667200", "29.97"],
  ["4237833600", "59.94"],
  ["2118916800", "119.88"],
  ["254016000000", "1"],
  ["20321280000", "25/2"],
  ["0", null],
  ["-5", null],
  ["254016000001", null],
  ["a lot", null],
]) {
  test(`${ticks} ticks a frame are ${rate ?? "no rate"}`, () => assert.equal(rateOf(String(ticks)), rate));
}

for (const [folder, path] of [
  ["/edit/in", "/edit/in/a.otio"],
  ["/edit/in/", "/edit/in/a.otio"],
  ["C:\\edit\\in", "C:\\edit\\in\\a.otio"],
  ["\\\\nas\\edit", "\\\\nas\\edit\\a.otio"],
]) {
  test(`a file in ${folder} is ${path}`, () => assert.equal(pathIn(folder, "a.otio"), path));
}
