import { describe, expect, it } from "vitest";

import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import type { BreakpointId } from "../../domain/ids.ts";
import { Application } from "../../orchestration/application.ts";
import { noEngine, servicesOf } from "../../orchestration/services.fixture.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { memoryOutput, type MemoryOutput } from "../memory-output.fixture.ts";
import { asks } from "./asking-task.fixture.ts";
import { askOpenQuestions, type Asked } from "./ask-open-questions.ts";
import { keys, typist, type Typist } from "./typist.fixture.ts";

type Sitting = Typist & {
  readonly open: OpenState;
  readonly output: MemoryOutput;
  readonly application: Application;
  readonly stop: AbortController;
  /** What comes of asking everything that is open. */
  readonly asked: Promise<Asked>;
};

/** A person at the terminal, and a job with these questions. */
async function sitting(
  questions: Readonly<Record<string, Partial<BreakpointRequest>>>,
  act: (sitting: Sitting) => Promise<void>,
  later: readonly string[] = [],
): Promise<void> {
  await using open = await openState(Object.keys(questions).map((key) => ({ key })));
  for (const [key, ask] of Object.entries(questions)) await asks(open, key, ask);
  const application = new Application(servicesOf(open, noEngine));
  const [person, output, stop] = [typist(), memoryOutput(), new AbortController()];
  const all = await open.state.breakpoints.list();
  const known = all.flatMap(({ id, taskId = "" }) => (later.includes(taskId.split("/").at(-1) ?? "") ? [id] : []));
  const asked = askOpenQuestions(
    { terminal: person.terminal, output, application, stop: stop.signal },
    { jobId: open.jobId, later: new Set<BreakpointId>(known) },
  );
  asked.catch(() => undefined);
  await act({ ...person, open, output, application, stop, asked });
}

const standing = async ({ open }: Sitting) =>
  (await open.state.breakpoints.list()).map(({ status, answer }) => ({ status, ...answer }));

const [good, question] = [{}, { kind: "question", question: "Which port?" }] as const;

describe("what a job waits for, at the terminal", () => {
  it("is put one after another, what lets most through first, and answered with the words that belong to it", async () => {
    await sitting(
      { a: good, b: question, c: { kind: "budget", context: { reasons: [], limitUsd: 1 } } },
      async (at) => {
        await at.when("Your answer", keys.enter);
        await at.when("Your answer", keys.enter);
        await at.when("What is the agent told?", "8080", keys.enter);
        await at.when("Your answer", keys.enter);
        await at.when("How many US dollars", "a lot", keys.enter);
        await at.when("Give an amount", keys.clear, "4", keys.enter);
        expect(await at.asked).toBe("settled");
        expect(await standing(at)).toEqual([
          { status: "resolved", answer: "approve" },
          { status: "resolved", answer: "answer", note: "8080" },
          { status: "resolved", answer: "raise", amountUsd: 4 },
        ]);
        expect(at.shown()).toMatch(
          /May a\?[^]+1 of 3 · job-1\/a · before-merge[^]+- because[^]+Which port\?[^]+2 of 3/,
        );
      },
    );
  });

  it("stays open for later, and is not asked again; the others are", async () => {
    await sitting(
      { a: good, b: good },
      async (at) => {
        await at.when("May b?", keys.down, keys.down, keys.down, keys.down, keys.enter);
        expect(await at.asked).toBe("later");
        expect(at.shown()).not.toContain("May a?");
        expect(await standing(at)).toEqual([{ status: "open" }, { status: "open" }]);
      },
      ["a"],
    );
  });

  it("stays as it was when the person leaves, also in the middle of an answer", async () => {
    await sitting({ a: question, b: good }, async (at) => {
      await at.when("Your answer", keys.enter);
      await at.when("What is the agent told?", keys.enter);
      await at.when("Say it in words", "80", keys.escape);
      expect(await at.asked).toBe("left");
      expect(await standing(at)).toEqual([{ status: "open" }, { status: "open" }]);
      expect(at.shown()).not.toContain("May b?");
    });
    await sitting({ a: good }, async (at) => {
      await at.when("Your answer");
      at.stop.abort();
      expect(await at.asked).toBe("left");
      expect(await standing(at)).toEqual([{ status: "open" }]);
    });
  });

  it("is withdrawn when somebody else answers, and when its time is up", async () => {
    await sitting({ a: good, b: { ...question, timeoutMs: 60_000 } }, async (at) => {
      await at.when("Your answer");
      const [first] = await at.open.state.breakpoints.list();
      await at.application.resolveBreakpoint(first?.id ?? "", { answer: "reject", by: "ann" });
      await at.when("answered elsewhere: reject (ann)");
      await at.when("Your answer", keys.enter);
      await at.when("What is the agent told?", "80");
      at.open.clock.now += 60_000;
      await at.when("The time for it is up: the answer is no (reject)");
      expect(await at.asked).toBe("settled");
    });
  });

  it("is told in full to who wants to see more, and asked again", async () => {
    const said = `${"words\n".repeat(20)}Which port?\u001B]0;evil\u0007`;
    await sitting({ a: { ...question, context: { reasons: ["because"], said } } }, async (at) => {
      await at.when("Your answer", keys.down, keys.down, keys.enter);
      await at.when("Your answer", keys.escape);
      expect(await at.asked).toBe("left");
      expect(at.output.out().match(/words/g)).toHaveLength(21);
      expect(at.shown() + at.output.out()).not.toContain("evil");
      expect(at.shown().match(/ {4}words/g)).toHaveLength(6);
    });
  });
});
