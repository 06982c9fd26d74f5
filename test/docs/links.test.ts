import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { expect, it } from "vitest";

import { anchorsOf, inlineCodeOf, lineAt, projectRoot, readPage, readPages, type Page } from "./read-pages.ts";

const pages = readPages();

type Link = { readonly page: Page; readonly line: number; readonly target: string };

const linksOf = (page: Page): readonly Link[] =>
  [...page.prose.matchAll(/\]\(([^)\s]+)\)/g)].map(({ index, 1: target = "" }) => ({
    page,
    line: lineAt(page.prose, index),
    target,
  }));

const isElsewhere = (target: string): boolean => /^[a-z]+:/.test(target);
const links = pages.flatMap(linksOf).filter(({ target }) => !isElsewhere(target));

/** Where a link leads, relative to the root. */
const fileOf = ({ page, target }: Link): string => {
  const [path = ""] = target.split("#");
  return path === "" ? page.path : posix.join(dirname(page.path), path);
};

const said = ({ page, line, target }: Link): string => `${page.path}:${line}: ${target}`;

it("has links to check", () => {
  expect(links.length).toBeGreaterThan(30);
});

it("has no link to a file that isn't there", () => {
  expect(links.filter((link) => !existsSync(join(projectRoot, fileOf(link)))).map(said)).toEqual([]);
});

it("has no link to a heading that isn't there", () => {
  const dead = links.filter((link) => {
    const [, anchor] = link.target.split("#");
    return anchor !== undefined && !anchorsOf(readPage(fileOf(link))).includes(anchor);
  });
  expect(dead.map(said)).toEqual([]);
});

it("leads from the index to every page below docs/", () => {
  const index = links.filter(({ page }) => page.path === "docs/README.md").map(fileOf);
  const lost = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/") && !index.includes(path));
  expect(lost.filter((path) => path !== "docs/README.md")).toEqual([]);
});

it("names no file or folder of the project that isn't there", () => {
  const named = pages
    .flatMap(inlineCodeOf)
    .filter(({ code }) => /^(src|test|docs|scripts|bench|bin|schema)\/[\w./-]+$/.test(code));
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(({ code }) => !existsSync(join(projectRoot, code)));
  expect(missing.map(({ page, line, code }) => `${page}:${line}: ${code}`)).toEqual([]);
});
