import nodeCrypto, { randomBytes, randomInt, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as timer } from "node:timers";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../testing/workflow/run-workflow.ts";
import type { WorkflowFlow } from "./flow.ts";
import { workflow } from "./workflow.ts";

const form = { input: z.null(), output: z.json() };
const agents = { "*": () => "said" };

const run = async (body: (flow: WorkflowFlow) => Promise<z.core.util.JSONType>) =>
  (await runWorkflow(workflow("tried", form, body), { input: null, agents })).output;

const refused = (hint: string) => ({
  code: "WORKFLOW_NOT_DETERMINISTIC",
  hint: expect.stringContaining(hint),
});

const differing: Readonly<Record<string, readonly [hint: string, use: () => unknown]>> = {
  "Date.now()": ["flow.now()", () => Date.now()],
  "new Date()": ["flow.now()", () => new Date()],
  "Date()": ["flow.now()", () => Date()],
  "performance.now()": ["flow.now()", () => performance.now()],
  "process.hrtime.bigint()": ["flow.now()", () => process.hrtime.bigint()],
  "Math.random()": ["flow.random()", () => Math.random()],
  "crypto.randomUUID()": ["flow.uuid()", () => crypto.randomUUID()],
  "crypto.getRandomValues()": ["flow.step", () => crypto.getRandomValues(new Uint8Array(1))],
  "randomUUID() of node:crypto": ["flow.uuid()", () => randomUUID()],
  "randomUUID() of node:crypto's default": ["flow.uuid()", () => nodeCrypto.randomUUID()],
  "randomBytes() of node:crypto": ["flow.step", () => randomBytes(1)],
  "randomInt() of node:crypto": ["flow.random()", () => randomInt(2)],
  "setTimeout()": ["flow.sleep", () => setTimeout(() => undefined, 1)],
  "setTimeout() of node:timers": ["flow.sleep", () => timer(() => undefined, 1)],
  "setTimeout() of node:timers/promises": ["flow.sleep", () => delay(1)],
  "setImmediate()": ["flow.sleep", () => setImmediate(() => undefined)],
  "setInterval()": ["flow.sleep", () => setInterval(() => undefined, 1)],
  "fetch()": ["flow.step", () => fetch("http://127.0.0.1:1")],
};

describe("the body of a workflow", () => {
  it.each(Object.entries(differing))("is refused %s, and told what to write", async (_title, [hint, use]) => {
    const body = run(async () => {
      use();
      return null;
    });
    await expect(body).rejects.toMatchObject(refused(hint));
  });

  it("is refused them in a branch, and after a call, as well", async () => {
    const body = run(async (flow) => {
      await flow.log("begun");
      return flow.map([1], async () => (await flow.log("in a branch"), Math.random()));
    });
    await expect(body).rejects.toMatchObject(refused("flow.random()"));
  });

  it("may use them all in the effect of a step", async () => {
    const uses = Object.values(differing).filter(([, use]) => !use.toString().includes("Interval"));
    const count = await run((flow) =>
      flow.step("use them", async () => {
        const used = uses.map(([, use]) => use());
        return (await Promise.allSettled(used)).length;
      }),
    );
    expect(count).toBe(uses.length);
  });

  it("may make dates of what it knows, and queue microtasks", async () => {
    const body = run(async (flow) => {
      const at = new Date(await flow.now());
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      const year = await flow.step("year", async () => new Date(Date.UTC(2026, 0, 1)).getUTCFullYear());
      return [at instanceof Date, at.constructor === Date, year];
    });
    expect(await body).toEqual([true, true, 2026]);
  });

  it("is told when it has waited for something else than its flow: before a call, in a branch, at its end", async () => {
    const elsewhere = () => readFile(import.meta.filename, "utf8");
    const hint = refused("flow.step");
    await expect(run(async (flow) => (await elsewhere(), flow.agent("a", "x")))).rejects.toMatchObject(hint);
    await expect(run(async (flow) => (await flow.log("begun"), await elsewhere(), null))).rejects.toMatchObject(hint);
    const inBranch = run((flow) =>
      flow.map([1], async () => {
        await elsewhere();
        return flow.agent("a", "x");
      }),
    );
    await expect(inBranch).rejects.toMatchObject({ ...hint, message: expect.stringContaining('flow.agent("a")') });
  });

  it("may wait for what settles by itself, and take as long as it likes to reckon", async () => {
    const body = run(async (flow) => {
      const said: string[] = [];
      for (const word of ["a", "b"]) said.push(await flow.agent(word, "x"));
      for (let n = 0; n < 1_000; n += 1) await Promise.resolve(n);
      const until = await flow.step("clock", async () => Date.now());
      return said.length + (until > 0 ? 0 : 1);
    });
    expect(await body).toBe(2);
  });
});

describe("code beside a workflow", () => {
  it("has clock, chance and timers as ever while one runs, sleeps, receives and is taken up again", async () => {
    const long = workflow("long", form, async (flow) => {
      const sent = JSON.stringify(await flow.receive("go"));
      await flow.sleep(3_600_000);
      const found = await flow.map([1, 2, 3], async (n) => {
        await flow.sleep(n * 60_000);
        return flow.agent("a", `look at ${n}`);
      });
      const won = await flow.race([() => flow.sleep(86_400_000).then(() => "slept"), () => flow.agent("a", "x")]);
      const { approved } = await flow.approve("Enough?", { timeoutMs: 86_400_000 });
      return [sent, found.length, won, approved, typeof (await flow.uuid())];
    });
    const over = new AbortController();
    const beside = async (): Promise<number> => {
      let turns = 0;
      for (; !over.signal.aborted; turns += 1) {
        await delay(1);
        await nextTurn();
        if (Math.random() + Date.now() + performance.now() <= 0 || new Date().constructor !== Date) return -1;
      }
      return turns;
    };
    const turns = beside();
    const signals = [{ name: "go", payload: "begin", afterMs: 60_000 }];
    const { output } = await runWorkflow(long, { input: null, agents, signals, answers: () => undefined });
    over.abort();
    expect(output).toEqual(['"begin"', 3, "said", false, "string"]);
    expect(await turns).toBeGreaterThanOrEqual(0);
  });
});
