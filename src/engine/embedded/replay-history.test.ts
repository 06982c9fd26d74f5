import { describe, expect, it } from "vitest";
import type { Json } from "../../domain/json.ts";
import type { Flow, JournalEntry } from "../port.ts";
import { type RecordedRun, replayHistory } from "./replay-history.ts";

type Body = (flow: Flow, input: Json) => Promise<Json>;

const step = (scope: string, position: number, name: string): JournalEntry => ({
  ...{ scope, position, name, kind: "step", state: "done", value: name },
});

const never = async (): Promise<Json> => {
  throw new Error("a replay ran an effect");
};

const replay = (body: Body, entries: RecordedRun["entries"]) =>
  replayHistory({ name: "work", version: "1", run: body }, { input: null, entries });

const does =
  (...names: readonly string[]): Body =>
  async (flow) => {
    for (const name of names) await flow.step(name, never);
    return names.length;
  };

const recorded = [step("main", 0, "plan"), step("main", 1, "code"), step("main", 2, "test")];

const branches = (count: number) =>
  Array.from({ length: count }, (_, index) => [
    step(`main.1.${index}`, 0, "look"),
    step(`main.1.${index}`, 1, "say"),
  ]).flat();

const fans = (count: number): Body => {
  return async (flow) => {
    await flow.step("plan", never);
    const work: Body[] = Array.from({ length: count }, () => does("look", "say"));
    await flow.all(work.map((branch) => (twig: Flow) => branch(twig, null)));
    return flow.step("end", never);
  };
};

describe("a journal that code goes through again", () => {
  it("is the same to the end", async () => {
    expect(await replay(does("plan", "code", "test"), recorded)).toEqual({
      ...{ recorded: 3, matched: 3, divergences: [], next: [] },
      end: { status: "completed", output: 3 },
    });
  });

  it("stops at the first call without a result, of each branch that has one, and runs no effect", async () => {
    const entries = [step("main", 0, "plan"), ...branches(2).slice(0, 3)];
    expect(await replay(fans(2), entries)).toEqual({
      ...{ recorded: 4, matched: 4, divergences: [] },
      next: [{ scope: "main.1.1", position: 1, kind: "step", name: "say" }],
    });
  });

  it("waits where it waits: an open receive is where the run would go on", async () => {
    const open: JournalEntry = { scope: "main", position: 0, kind: "receive", name: "go", state: "open" };
    const body: Body = async (flow) => (await flow.receive("go")) ?? null;
    expect(await replay(body, [open])).toMatchObject({ matched: 1, next: [{ kind: "receive", name: "go" }] });
    const past: JournalEntry = { ...open, state: "done" };
    expect((await replay(body, [past])).end).toEqual({ status: "completed", output: null });
  });

  it("throws recorded failures as they were thrown", async () => {
    const error = { code: "AGENT_FAILED", message: "no", failureClass: "permanent", context: {} } as const;
    const failed: JournalEntry = { scope: "main", position: 0, kind: "step", name: "plan", state: "failed", error };
    expect((await replay(does("plan"), [failed])).end).toEqual({ status: "failed", error });
  });

  it("shows a call that has another name now", async () => {
    const { divergences, matched } = await replay(does("plan", "write", "test"), recorded);
    expect(matched).toBe(1);
    expect(divergences).toEqual([
      {
        ...{ scope: "main", position: 1 },
        what: 'Call 2 of main was step "code", and the code asks for step "write"',
        before: [{ scope: "main", position: 0, kind: "step", name: "plan" }],
        recorded: [{ scope: "main", position: 1, kind: "step", name: "code" }],
        asked: [{ scope: "main", position: 1, kind: "step", name: "write" }],
        after: [{ scope: "main", position: 2, kind: "step", name: "test" }],
      },
    ]);
  });

  it("shows a call of another kind", async () => {
    const { divergences } = await replay(async (flow) => (await flow.step("plan", never), flow.now()), recorded);
    expect(divergences).toMatchObject([
      { position: 1, recorded: [{ kind: "step", name: "code" }], asked: [{ kind: "now" }] },
    ]);
  });

  it("shows a call that was put in between", async () => {
    const { divergences } = await replay(does("plan", "lint", "code", "test"), recorded);
    expect(divergences).toMatchObject([{ position: 1, asked: [{ name: "lint" }] }]);
  });

  it("shows calls that were left out, and what comes after them", async () => {
    const { divergences } = await replay(does("plan", "test"), recorded);
    expect(divergences).toMatchObject([
      { position: 1, recorded: [{ name: "code" }], asked: [], after: [{ name: "test" }] },
    ]);
    expect(divergences[0]?.what).toContain("which was call 3");
  });

  it("shows calls at the end that were left out", async () => {
    const { divergences, end } = await replay(does("plan"), recorded);
    expect(divergences).toMatchObject([
      { position: 1, before: [{ name: "plan" }], recorded: [{ name: "code" }, { name: "test" }], asked: [] },
    ]);
    expect(end?.status).toBe("completed");
  });

  it("shows that the order is another", async () => {
    const { divergences } = await replay(does("code", "plan", "test"), recorded);
    expect(divergences).toMatchObject([{ position: 0, recorded: [{ name: "plan" }] }]);
    expect(divergences[0]?.what).toContain("which was call 2");
  });

  it("shows a branch that is not there any more", async () => {
    const entries = [step("main", 0, "plan"), ...branches(3), step("main", 2, "end")];
    const { divergences } = await replay(fans(2), entries);
    expect(divergences).toMatchObject([{ scope: "main.1.2", recorded: [{ name: "look" }, { name: "say" }] }]);
  });

  it("takes a further branch for new ground", async () => {
    const entries = [step("main", 0, "plan"), ...branches(2)];
    const { divergences, next } = await replay(fans(3), entries);
    expect(divergences).toEqual([]);
    expect(next).toMatchObject([{ scope: "main.1.2", position: 0 }]);
  });

  it("shows branches in the place of a step, and a step in the place of branches", async () => {
    const entries = [step("main", 0, "plan"), ...branches(2), step("main", 2, "end")];
    expect((await replay(does("plan", "code", "end"), entries)).divergences).toMatchObject([
      { position: 1, recorded: [{ kind: "all" }], asked: [{ name: "code" }], after: [{ name: "end" }] },
    ]);
    expect((await replay(fans(2), recorded)).divergences).toMatchObject([
      { position: 1, recorded: [{ name: "code" }], asked: [{ kind: "all" }] },
    ]);
  });

  it("shows what differs in each of several branches", async () => {
    const entries = [step("main", 0, "plan"), ...branches(3), step("main", 2, "end")];
    const body: Body = async (flow) => {
      await flow.step("plan", never);
      await flow.all(["look", "see", "stare"].map((name) => (twig: Flow) => does(name, "say")(twig, null)));
      return null;
    };
    const { divergences } = await replay(body, entries);
    expect(divergences.map(({ scope }) => scope)).toEqual(["main.1.1", "main.1.2"]);
  });

  it("gives back what a race came to without its branches, and counts nothing of theirs", async () => {
    const race: JournalEntry = {
      ...{ scope: "main", position: 0, kind: "race", name: "race", state: "done", value: { index: 1, value: "b" } },
    };
    const entries = [step("main.0.0", 0, "slow"), step("main.0.1", 0, "fast"), race];
    const report = await replay(async (flow) => flow.race<Json>([() => never()]), entries);
    expect(report).toEqual({
      ...{ recorded: 1, matched: 1, divergences: [], next: [] },
      end: { status: "completed", output: { index: 1, value: "b" } },
    });
  });

  it("goes on in the branches of a race that is undecided, and at the race when one of them is at its end", async () => {
    const race: Body = async (flow) =>
      flow.race<Json>([(twig) => does("a")(twig, null), (twig) => does("b", "c")(twig, null)]);
    const undecided = await replay(race, [step("main.0.1", 0, "b")]);
    expect(undecided).toMatchObject({ divergences: [], next: [{ name: "a" }, { name: "c" }] });
    const decided = await replay(race, [step("main.0.0", 0, "a"), step("main.0.1", 0, "b")]);
    expect(decided).toMatchObject({ divergences: [], next: [{ kind: "race" }] });
  });

  it("tells of flow calls that the code does not await", async () => {
    const { end } = await replay(async (flow) => {
      void flow.step("plan", never);
      return flow.step("code", never);
    }, recorded);
    expect(end).toMatchObject({ status: "failed", error: { code: "ENGINE_FLOW_MISUSED" } });
  });

  it("refuses a body that waits for something that is no flow call", async () => {
    const body: Body = async (flow) => {
      await flow.step("plan", never);
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
      return null;
    };
    await expect(replay(body, recorded)).rejects.toMatchObject({ code: "WORKFLOW_NOT_DETERMINISTIC" });
  });
});
