import { expect, it } from "vitest";

import type { StoredResult } from "../../domain/cache/stored-result.ts";
import { asAttemptId, asCommitId, asJobId } from "../../domain/ids.ts";
import { ageMs } from "../declare/age.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { cacheList, cachePrune } from "./cache.ts";

const result: StoredResult = {
  key: "0123456789abcdef",
  taskKey: "docs",
  jobId: asJobId("a-job"),
  attempt: asAttemptId("a-job/docs/1"),
  commit: asCommitId("1".repeat(40)),
  baseCommit: asCommitId("2".repeat(40)),
  outcome: { status: "finished", text: "what the agent said", usage: {}, durationMs: 1, permissionDenials: [] },
  evidence: { gates: [], diff: { files: 1, added: 1, deleted: 0 } },
  ingredients: {},
  costUsd: 0.5,
  durationMs: 1,
  storedAt: 1_000,
  lastUsedAt: undefined,
  uses: 3,
};
const now = 3_601_000;

async function listed(results: readonly StoredResult[], isJson = false): Promise<string> {
  const output = memoryOutput({ isJson });
  await cacheList({ cache: { list: async () => results }, output, now });
  return output.out();
}

it("lists what is cached, with what it has saved", async () => {
  expect(await listed([result, { ...result, costUsd: null, uses: 0 }])).toBe(
    [
      "key           task  job       age      cost  uses    saved",
      "0123456789ab  docs  a-job  1h 00m   $0.5000     3    $1.50",
      "0123456789ab  docs  a-job  1h 00m  unpriced     0  $0.0000",
      "2 results, $1.50 saved",
      "",
    ].join("\n"),
  );
  expect(await listed([])).toContain("Nothing is cached yet");
});

it("gives programs the facts, and not what agents said", async () => {
  const text = await listed([result], true);
  expect(JSON.parse(text)).toMatchObject({ results: [{ key: result.key, savedUsd: 1.5, lastUsedAt: null }] });
  expect(text).not.toContain("what the agent said");
});

it.each([
  [{}, 30 * 86_400_000],
  [{ olderThan: 5 }, 5],
  [{ all: true }, 0],
])("prunes by %o", async (options, olderThanMs) => {
  const output = memoryOutput();
  const asked: number[] = [];
  const prune = async (request: { readonly olderThanMs: number }) => {
    asked.push(request.olderThanMs);
    return { removed: [result], strayRefs: 2, kept: 4 };
  };
  await cachePrune({ cache: { prune }, output, options });
  expect(asked).toEqual([olderThanMs]);
  expect(output.out()).toBe("Removed 1 result and 2 refs without one; 4 kept.\n");
});

it("refuses an age together with everything", async () => {
  const output = memoryOutput();
  const prune = async () => ({ removed: [], strayRefs: 0, kept: 0 });
  const request = { cache: { prune }, output, options: { all: true, olderThan: 1 } };
  await expect(cachePrune(request)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

it("reads ages", () => {
  expect(["90m", "12h", "30d", "2w"].map((age) => ageMs(age))).toEqual([
    5_400_000, 43_200_000, 2_592_000_000, 1_209_600_000,
  ]);
  for (const wrong of ["", "30", "d", "-1d", "1.5h", "1y"]) expect(() => ageMs(wrong)).toThrow("Give an age");
});
