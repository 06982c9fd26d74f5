import { describe, expect, it } from "vitest";

import { readPromptLines } from "../../simulator/prompt-lines.ts";
import { managerRequest } from "./manager-prompt.ts";
import { resolverRequest } from "./resolver-prompt.ts";
import { reviewerRequest } from "./reviewer-prompt.ts";
import { synthesizerRequest } from "./synthesizer-prompt.ts";
import { spec, facts, textOf, place, writer } from "./prompts.fixture.ts";
import { forkRequest, retryRequest, workerRequest } from "./worker-prompt.ts";

describe("the other prompts", () => {
  const { gates, notes } = facts;
  const agents = [{ name: "explorer", description: "Finds things." }];

  it("ask the manager for a plan", async () => {
    const planning = {
      goal: "g",
      files: ["a", "b"],
      fileCount: 3,
      gates,
      workers: 2,
      notes: [],
      agents,
      problem: "A cycle.",
    };
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

      ## Agents
      A task's agent may be one of these; leave it out where none fits better than the plain one.
      - explorer: Finds things.

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
    const least = { ...planning, files: [], fileCount: 0, gates: [], agents: [], notes };
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
