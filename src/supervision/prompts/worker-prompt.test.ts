import { describe, expect, it } from "vitest";

import { facts, bare, textOf, place, writer } from "./prompts.fixture.ts";
import { forkRequest, retryRequest, workerRequest } from "./worker-prompt.ts";

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
