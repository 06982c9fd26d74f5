import { afterEach, expect, it } from "vitest";
import { stringify } from "yaml";

import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { startOnTerminal, type TuttiTerminal } from "../support/tutti-terminal.ts";

let project: ScratchProject;
let terminal: TuttiTerminal | undefined;

afterEach(async () => {
  await terminal?.close();
  await project.remove();
});

it(
  "at a terminal a job is answered where it runs, and goes on to its end in the same process",
  { timeout: 60_000 },
  async () => {
    const tasks = ["pay", "port"].map((key) => ({ key, title: "T", prompt: "P" }));
    const rules = [
      { name: "look", on: "before-merge", when: { task: "pay" }, action: "ask" },
      { name: "answer", on: "question", action: "ask" },
    ];
    project = await scratchProject({
      "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n",
      "plan.yaml": stringify({ summary: "s", tasks }),
      ".tutti/breakpoints.yaml": stringify({ rules }),
      "script.json": JSON.stringify({
        answers: {
          pay: { write: { "pay.txt": "made\n" }, text: "done" },
          port: { text: "Which port?", again: { write: { "port.txt": "made\n" }, text: "done" } },
        },
      }),
    });
    terminal = startOnTerminal(project, ["run", "--plan", "plan.yaml"]);
    await terminal.when("Start this plan?", "\r");
    for (let left = tasks.length; left > 0; left--) {
      // Unlike its title, the choices are shown no more once one was taken.
      const asked = await terminal.when("see more", "\r");
      if (asked.includes("The agent of port asks")) await terminal.when("What is the agent told?", "8080\r");
    }
    const { exitCode, shown } = await terminal.ended;
    expect(exitCode, shown).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ pay: "completed", port: "completed" });
    expect(facts.attempts["port"]).toHaveLength(1);
  },
);
