import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { errorCodes } from "../../src/domain/errors.ts";
import { failureClasses } from "../../src/domain/failure/failure-class.ts";
import { exitCodeOf, exitCodes, jobStatuses } from "../../src/domain/job-status.ts";
import { canBecome, taskStatuses } from "../../src/domain/task-status.ts";
import { projectRoot, readPage } from "./read-pages.ts";

/** From a heading to the next one. */
function sectionOf(text: string, title: string): string {
  const [, rest = ""] = text.split(`\n## ${title}\n`);
  return rest.split("\n## ")[0] ?? "";
}

/** The cells of a table's row that begins with this code. */
function rowOf(text: string, code: string): readonly string[] {
  const line = text.split("\n").find((row) => row.startsWith(`| \`${code}\` |`) || row.startsWith(`| ${code} |`));
  return (line ?? "")
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe("how a job runs", () => {
  const { text } = readPage("docs/guide/how-a-job-runs.md");

  it.each(jobStatuses)("explains the job status %s and gives its exit code", (status) => {
    const row = rowOf(sectionOf(text, "Statuses of a job"), status);
    expect(row).toHaveLength(3);
    const isOnTheWay = ["planning", "running", "reviewing"].includes(status);
    expect(row[2]).toBe(isOnTheWay ? "–" : String(exitCodeOf(status)));
  });

  it.each(taskStatuses)("says what a task that is %s may become", (status) => {
    const told = [...(rowOf(sectionOf(text, "Statuses of a task"), status)[2] ?? "").matchAll(/`(\w+)`/g)].map(
      ([, name]) => name,
    );
    const legal = taskStatuses.filter((to) => canBecome(status, to));
    expect(new Set(told)).toEqual(new Set<string | undefined>(legal));
  });
});

describe("when something goes wrong", () => {
  const { text } = readPage("docs/guide/when-something-goes-wrong.md");

  it.each(failureClasses)("explains the failure class %s", (failureClass) => {
    expect(rowOf(text, failureClass)).toHaveLength(4);
  });

  it.each(errorCodes)("explains the error %s", (code) => {
    expect(text).toContain(`\`${code}\``);
  });

  it.each(Object.values(exitCodes))("explains the exit code %d", (code) => {
    expect(rowOf(text, String(code))).toHaveLength(3);
  });

  it("names no error that doesn't exist", () => {
    const told = [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? "");
    expect(told.filter((code) => !errorCodes.some((known) => known === code))).toEqual([]);
  });
});

describe("use it from programs", () => {
  const { text, blocks } = readPage("docs/guide/library.md");
  const source = readFileSync(join(projectRoot, "src/domain/events.ts"), "utf8");
  const types = [...source.matchAll(/^ {2}"([a-z-]+)":/gm)].map(([, type]) => type ?? "");

  it("names every type of event", () => {
    expect(types.length).toBeGreaterThan(20);
    expect(types.filter((type) => !text.includes(`\`${type}\``))).toEqual([]);
  });

  it("shows events as they are printed", () => {
    const lines = blocks.filter(({ marker }) => marker === "events").flatMap(({ code }) => code.trimEnd().split("\n"));
    const shown = lines.map((line) => z.looseObject({ type: z.string() }).parse(JSON.parse(line)));
    expect(shown.map(({ type }) => type).filter((type) => type !== "result" && !types.includes(type))).toEqual([]);
    expect(shown.at(-1)).toMatchObject({ type: "result", exitCode: 0 });
  });
});

describe("the list of dependencies", () => {
  const { text } = readPage("docs/dependencies.md");
  const names = z.record(z.string(), z.string());
  const manifest = z
    .object({ version: z.string(), dependencies: names, devDependencies: names })
    .parse(JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")));
  const sources = globSync("src/**/*.ts", { cwd: projectRoot }).map((file) =>
    readFileSync(join(projectRoot, file), "utf8"),
  );
  const all = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

  it.each(all)("has %s with the licence that is installed", (name) => {
    const file = join(projectRoot, "node_modules", name, "package.json");
    const { license } = z.object({ license: z.string() }).parse(JSON.parse(readFileSync(file, "utf8")));
    expect(rowOf(text, name)[1]).toBe(license);
  });

  it.each(Object.keys(manifest.dependencies))("says of %s whether anything uses it", (name) => {
    const used = [`from "${name}"`, `import("${name}")`, `import("${name}/`];
    const isUsed = sources.some((source) => used.some((how) => source.includes(how)));
    expect(rowOf(text, name)[3] === "Not used yet.").toBe(!isUsed);
  });

  it("has no package that is not there any more", () => {
    const told = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? "");
    expect(told.filter((name) => !all.includes(name))).toEqual([]);
  });

  it("tells the version of the changelog", () => {
    expect(readPage("CHANGELOG.md").text).toContain(`## [${manifest.version}]`);
  });
});
