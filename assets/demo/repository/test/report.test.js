import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const run = (...args) => spawnSync(process.execPath, ["bin/spendings.js", ...args], { encoding: "utf8" });

test("the command reports a file as text", () => {
  const { stdout, status } = run("data/spendings.csv");
  assert.equal(stdout, "January 2026   891.30\nFebruary 2026  890.00\n");
  assert.equal(status, 0);
});

test("--format chooses how the report is written", () => {
  assert.match(run("data/spendings.csv", "--format", "html").stdout, /<th>February 2026<\/th><td>890\.00<\/td>/);
  assert.equal(JSON.parse(run("data/spendings.csv", "--format", "json").stdout)[0].categories.food, 3240);
});

test("an unknown format is refused, and the known ones are named", () => {
  const { stderr, status } = run("data/spendings.csv", "--format", "pdf");
  assert.match(stderr, /html, json, text/);
  assert.equal(status, 2);
});
