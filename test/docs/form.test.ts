import { describe, expect, it } from "vitest";

import { readPages } from "./read-pages.ts";

const pages = readPages();
const decisions = pages.filter(({ path }) => path.startsWith("docs/adr/"));

describe("every page", () => {
  it.each(pages)("$path is plain: no emoji, no path of one machine, one title", ({ text, prose }) => {
    expect(text.match(/\p{Extended_Pictographic}/gu) ?? []).toEqual([]);
    expect(text.match(/(?<![\w.])\/(?:home|root|tmp|work|Users)\/[^\s)`]*/g) ?? []).toEqual([]);
    expect(prose.match(/^# /gm)).toHaveLength(1);
  });

  it("keeps the page for agents short", () => {
    const lines =
      pages
        .find(({ path }) => path === "AGENTS.md")
        ?.text.trimEnd()
        .split("\n") ?? [];
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(20);
  });
});

describe("decisions", () => {
  it("are numbered without a gap, in the file and in the title", () => {
    const numbers = decisions.map(({ path }) => Number(/(\d{4})-/.exec(path)?.[1]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(decisions.map(({ text }) => Number(/^# (\d+)\./.exec(text)?.[1]))).toEqual(numbers);
  });

  it.each(decisions)("$path says context, decision, consequences and what was rejected", ({ prose }) => {
    expect([...prose.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      "Context",
      "Decision",
      "Consequences",
      "Rejected",
    ]);
  });
});
