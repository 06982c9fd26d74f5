import { describe, expect, it } from "vitest";

import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { defaultPromptSettings } from "../../domain/prompt/prompt-settings.ts";
import { readPromptLines } from "../../simulator/prompt-lines.ts";
import { managerRequest } from "./manager-prompt.ts";
import type { PromptRequest } from "./prompt-request.ts";
import { PromptWriter } from "./prompt-writer.ts";
import { resolverRequest } from "./resolver-prompt.ts";
import { reviewerRequest } from "./reviewer-prompt.ts";
import { synthesizerRequest } from "./synthesizer-prompt.ts";
import { forkRequest, retryRequest, workerRequest, type WorkerPromptFacts } from "./worker-prompt.ts";

const spec: PlanTask = {
  key: "csv-export",
  title: "Export as CSV",
  prompt: "Write src/csv.ts.\n\n\n\nThen test it.",
  dependsOn: ["model"],
  contextFiles: ["src/report.ts"],
  expectedOutputs: ["src/csv.ts"],
  priority: 5,
  acceptance: ["Quotes are escaped.", "So are line breaks."],
  footprint: ["src/**"],
};
const { footprint: _anywhere, ...anywhere } = spec;
const bareSpec: PlanTask = { ...anywhere, acceptance: [], contextFiles: [], expectedOutputs: [] };

const facts: WorkerPromptFacts = {
  goal: "Add a CSV export",
  planSummary: "Model first.",
  spec,
  attempt: 3,
  dependencies: [{ key: "model", title: "The model", result: "Wrote it.\nAll of it." }],
  parent: { title: "The model", prompt: "Write it.", result: "Wrote it.\nAll of it." },
  feedback: "The tests failed in test/csv.test.ts.",
  namedFiles: ["test/csv.test.ts"],
  earlierAttempts: [{ number: 1, why: "It wrote nothing." }],
  gates: [{ name: "tests", run: "npm test" }],
  notes: ["Tests run with npm test.", "dist/ is generated."],
};

const nothing = { dependencies: [], parent: undefined, feedback: undefined, namedFiles: [], earlierAttempts: [] };
const bare: WorkerPromptFacts = {
  ...facts,
  ...nothing,
  attempt: 1,
  spec: bareSpec,
  planSummary: "",
  gates: [],
  notes: [],
};

const writer = new PromptWriter(() => Promise.resolve([]));
const place = { commit: "c0ffee", settings: defaultPromptSettings };
const textOf = async (request: PromptRequest): Promise<string> => (await writer.write(request, place)).text;

describe("a worker's prompt", () => {
  it("carries everything that is known", async () => {
    expect(await textOf(workerRequest(facts))).toMatchInlineSnapshot(`
      "Tutti role: worker
      Tutti task: csv-export
      Tutti attempt: 3

      You carry out one task of a larger plan, alone, in your own working copy of the repository (your current directory).

      ## The goal of the whole plan
      Add a CSV export

      ## The plan
      Model first.

      ## Your task: Export as CSV
      Write src/csv.ts.



      Then test it.

      ## The task that yours follows on from
      The model

      Write it.

      Its agent reported:
      Wrote it.
      All of it.

      ## Read first
      - src/report.ts

      ## These files must exist when you are done
      - src/csv.ts

      ## Accepted when
      - Quotes are escaped.
      - So are line breaks.

      ## Change files only inside
      - src/**

      ## Already done and in your working copy
      - model (The model): Wrote it. All of it.

      ## Your work is judged by these commands
      - tests: \`npm test\`

      ## Earlier attempts and why they were not accepted
      - 1: It wrote nothing.

      ## The attempt before this one was not accepted
      The tests failed in test/csv.test.ts.

      It names these files:
      - test/csv.test.ts

      ## What is known about this repository
      - Tests run with npm test.
      - dist/ is generated.

      ## Rules
      - Stay inside your current directory. Other agents work on the other tasks at the same time: do only your own.
      - You need not commit: your working directory is recorded as it is when you stop.
      - Nobody can answer questions. When something is unclear, take the most sensible reading and say which one you took.
      - When you are done, say in two or three sentences what you changed and how you checked it."
    `);
  });

  it("leaves out the headings that nothing stands under", async () => {
    expect(await textOf(workerRequest(bare))).toMatchInlineSnapshot(`
      "Tutti role: worker
      Tutti task: csv-export
      Tutti attempt: 1

      You carry out one task of a larger plan, alone, in your own working copy of the repository (your current directory).

      ## The goal of the whole plan
      Add a CSV export

      ## Your task: Export as CSV
      Write src/csv.ts.



      Then test it.

      ## Rules
      - Stay inside your current directory. Other agents work on the other tasks at the same time: do only your own.
      - You need not commit: your working directory is recorded as it is when you stop.
      - Nobody can answer questions. When something is unclear, take the most sensible reading and say which one you took.
      - When you are done, say in two or three sentences what you changed and how you checked it."
    `);
  });
});

describe("the prompt of a fork", () => {
  it("has all that belongs to its task, says that the files are others now, and leaves out what stands in front of it", async () => {
    expect(await textOf(forkRequest({ ...facts, baseCommit: "c0ffee" }))).toMatchInlineSnapshot(`
      "Tutti role: worker
      Tutti task: csv-export
      Tutti attempt: 3

      The task above is done, and its work was accepted and taken away. You carry out another task of the same plan now. Your current directory is a working copy at commit c0ffee. It may be another directory, and its files may not be what you saw: they hold what was merged until now, by other agents too. Look again at what you rely on before you change it.

      ## Your task: Export as CSV
      Write src/csv.ts.



      Then test it.

      ## The task that yours follows on from
      The model

      Write it.

      Its agent reported:
      Wrote it.
      All of it.

      ## Read first
      - src/report.ts

      ## These files must exist when you are done
      - src/csv.ts

      ## Accepted when
      - Quotes are escaped.
      - So are line breaks.

      ## Change files only inside
      - src/**

      ## Already done and in your working copy
      - model (The model): Wrote it. All of it.

      ## Your work is judged by these commands
      - tests: \`npm test\`

      ## Earlier attempts and why they were not accepted
      - 1: It wrote nothing.

      ## The attempt before this one was not accepted
      The tests failed in test/csv.test.ts.

      It names these files:
      - test/csv.test.ts

      ## Rules
      The rules above hold for this task too. Do only this task."
    `);
  });
});

describe("the prompt of a conversation that goes on", () => {
  it("says what was wrong and nothing that it knows", async () => {
    expect(await textOf(retryRequest({ ...bare, attempt: 2 }))).toMatchInlineSnapshot(`
      "Tutti role: worker
      Tutti task: csv-export
      Tutti attempt: 2

      ## Your work was not accepted
      No reason was recorded.

      Your changes are still in your working directory. Fix what is named above, then finish the task."
    `);
    expect(await textOf(retryRequest(facts))).toContain("- test/csv.test.ts");
  });

  it("repeats everything behind a word about what may have happened", async () => {
    const prompt = await writer.write(workerRequest(bare), place);
    const { text, kind } = await writer.goOn(prompt, place);
    expect(kind).toBe("continuation");
    expect(text).toMatch(/^You may have been interrupted .* again\.\n\nTutti role: worker\n/);
    expect(text.endsWith(prompt.text)).toBe(true);
  });
});

describe("the other prompts", () => {
  const { gates, notes } = facts;

  it("ask the manager for a plan", async () => {
    const planning = { goal: "g", files: ["a", "b"], fileCount: 3, gates, workers: 2, notes: [], problem: "A cycle." };
    expect(await textOf(managerRequest(planning))).toMatchInlineSnapshot(`
      "Tutti role: manager

      You plan work on the repository in your current directory. You read it and change nothing. Up to 2 agents carry out your tasks side by side, each in its own copy of the repository, seeing only the repository and the text of its own task.

      ## The goal
      g

      ## Files (2 of 3)
      - a
      - b

      ## Commands that judge every result
      - tests: \`npm test\`

      ## A good plan
      - Read what you need of the repository before you plan.
      - Each task is one coherent change that one agent can finish and that leaves the repository working.
      - A task's prompt stands alone: it names the files, the behaviour wanted and how to check it.
      - dependsOn only where the work really needs the other task's result; everything else runs at once.
      - Two tasks that change the same lines will conflict: merge them or order them.
      - expectedOutputs names the files that must exist afterwards; leave it empty where none is certain.
      - As few tasks as the goal needs. One is a good plan for a small goal.

      ## Your last plan was refused
      A cycle.

      Answer with the plan."
    `);
    const least = { ...planning, files: [], fileCount: 0, gates: [], notes };
    expect(await textOf(managerRequest(least))).toContain("- dist/ is generated.");
  });

  it("ask for the settlement of a conflict", async () => {
    expect(await textOf(resolverRequest({ spec, files: ["a"], gates, notes }))).toMatchInlineSnapshot(`
      "Tutti role: resolver
      Tutti task: csv-export

      The change of one task conflicts with work that was merged before it. Your current directory holds the merged work with the change applied on top; the files below contain conflict markers.

      ## Files in conflict
      - a

      ## The task whose change is being merged: Export as CSV
      Write src/csv.ts.



      Then test it.

      ## Accepted when
      - Quotes are escaped.
      - So are line breaks.

      ## What is known about this repository
      - Tests run with npm test.
      - dist/ is generated.

      ## Rules
      - Keep the intent of both sides; drop neither.
      - Change only what the conflict needs. Leave no conflict marker behind.
      - You need not commit.

      ## The result is judged by these commands
      - tests: \`npm test\`"
    `);
  });

  it("ask for a review", async () => {
    const tasks = [{ key: "a", title: "A", status: "completed", evidence: "1 file" }];
    const review = { goal: "g", planSummary: "s", tasks, baseCommit: "abc" };
    expect(await textOf(reviewerRequest(review))).toMatchInlineSnapshot(`
      "Tutti role: reviewer

      The tasks below were carried out by other agents. Your current directory holds the merged result. You read it and change nothing.

      ## The goal
      g

      ## The plan
      s

      ## The tasks
      - a (A): completed. 1 file

      ## Judge
      - Does the merged result reach the goal? Look at the files, don't trust the summaries.
      - What is missing, wrong or risky? Only what you saw.
      - What should the person do next?

      The work started from commit abc. Answer with your review."
    `);
  });

  it("ask for one text from many", async () => {
    const asked = { goal: "g", question: "What is missing?", results: "# 1 of 1\n\n## A (a)\n\nok" };
    expect(await textOf(synthesizerRequest(asked))).toMatchInlineSnapshot(`
      "Tutti role: synthesizer

      The tasks below were carried out by other agents. Your current directory holds the merged result. You read it and change nothing.

      ## The goal
      g

      ## What is asked of you
      What is missing?

      # 1 of 1

      ## A (a)

      ok

      Answer with the text that was asked for, and nothing else. Name what failed; claim nothing that you did not see."
    `);
  });
});

it("every prompt says in its own lines whose it is, also when it is said again", async () => {
  const worker = { role: "worker", task: "csv-export", attempt: 3 };
  const fresh = await writer.write(workerRequest(facts), place);
  expect(readPromptLines(fresh.text)).toEqual(worker);
  expect(readPromptLines(await textOf(retryRequest(facts)))).toEqual(worker);
  expect(readPromptLines(await textOf(forkRequest({ ...facts, baseCommit: "c0ffee" })))).toEqual(worker);
  expect(readPromptLines((await writer.goOn(fresh, place)).text)).toEqual(worker);
  const resolver = resolverRequest({ spec, files: ["a"], gates: [], notes: [] });
  expect(readPromptLines(await textOf(resolver))).toEqual({ role: "resolver", task: "csv-export" });
});
