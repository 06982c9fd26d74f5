import { describe, expect, it } from "vitest";

import type { SoakLine } from "../soak/soak-lines.ts";
import { growthProblems } from "../soak/steadiness.ts";
import type { SeedLine } from "./chaos-log.ts";
import { seedSummary } from "./seed-summary.ts";
import { soakSummary } from "./soak-summary.ts";

const line = (seed: number, more: Partial<SeedLine> = {}): SeedLine => ({
  seed,
  agent: "fake",
  clock: "port",
  tasks: 5,
  problems: [],
  skipped: [],
  happened: [{ kind: "kill", victim: { role: "coordinator" }, afterEvents: 3, effect: "1 processes" }],
  faultKills: ["worker slot.taken"],
  rounds: [{ command: "run x --yes", end: "SIGKILL", status: "running", spentUsd: 0, said: "" }],
  durationMs: 10_000,
  commit: "abc1234",
  endedAt: "2026-11-21T15:00:00.000Z",
  load: 2,
  ...more,
});

describe("the summary of a log", () => {
  it("counts seeds and what happened to them", () => {
    const text = seedSummary([line(1), line(2), line(4)]);
    expect(text).toContain("**3 of 3 seeds held**, 3 of them when first run (1–2, 4)");
    expect(text).toContain("| kill: coordinator | 3 |");
    expect(text).toContain("| kill -9 at a fault point | 3 |");
    expect(text).toContain("| `tutti run` ended with SIGKILL | 3 |");
  });

  it("names what does not hold, and what only held when it was run again", () => {
    const text = seedSummary([
      line(1, { problems: ["lost: a"], commit: "old" }),
      line(2, { problems: ["hung"] }),
      line(1),
    ]);
    expect(text).toContain("**1 of 2 seeds held**, 0 of them when first run");
    expect(text).toContain("What does not hold:\n\n- seed 2 at abc1234: hung");
    expect(text).toContain("held when run again:\n\n- seed 1 at old: lost: a");
  });
});

const soakOf = (residentMb: (part: number) => number, openFiles: (part: number) => number): readonly SoakLine[] => [
  { kind: "begin", commit: "abc1234", startedAt: "2026-11-21T15:00:00.000Z", forMs: 100_000 },
  ...Array.from({ length: 100 }, (_, part): SoakLine => {
    const sizes = { residentMb: residentMb(part), openFiles: openFiles(part) };
    return { kind: "sample", atMs: part * 1_000, samples: [{ role: "coordinator", pid: 1, ...sizes }] };
  }),
];

describe("a soak", () => {
  it("is steady when a process only grows while it warms up", () => {
    const lines = soakOf(
      (part) => Math.min(200, 100 + part * 5),
      () => 40,
    );
    expect(growthProblems(lines)).toEqual([]);
    expect(soakSummary(lines)).toContain(
      "| coordinator | 200 MB, 40 files (at most 40) | 200 MB, 40 files (at most 40) |",
    );
  });

  it("is not when memory or open files grow to the end", () => {
    expect(
      growthProblems(
        soakOf(
          (part) => 100 + part * 3,
          () => 40,
        ),
      ),
    ).toEqual([expect.stringContaining("memory grew")]);
    expect(
      growthProblems(
        soakOf(
          () => 100,
          (part) => 40 + part,
        ),
      ),
    ).toEqual([expect.stringContaining("open files grew")]);
  });

  it("that was cut short says so", () => {
    expect(
      soakSummary(
        soakOf(
          () => 100,
          () => 40,
        ),
      ),
    ).toContain("was cut short");
  });
});
