import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formats } from "../src/formats.js";

const readme = readFileSync("README.md", "utf8");

test("the README shows what the command really prints", () => {
  const { stdout } = spawnSync(process.execPath, ["bin/spendings.js", "data/spendings.csv"], { encoding: "utf8" });
  assert.notEqual(stdout, "");
  assert.ok(readme.includes(stdout));
});

test("the README names every format", () => {
  for (const name of Object.keys(formats)) assert.ok(readme.includes(`\`${name}\``), name);
});
