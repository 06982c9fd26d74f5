import { afterEach, expect, it } from "vitest";
import { stringify } from "yaml";

import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { startOnTerminal, type TuttiTerminal } from "../support/tutti-terminal.ts";

let project: ScratchProject;
let terminal: TuttiTerminal | undefined;

afterEach(async () => {
  await terminal?.close();
  await project.remove();
});

/** An agent that goes on until another task's work is merged. */
const untilMerged = (path: string): string =>
  `until git -C '${project.root}' log --branches='tutti/*' --format= --name-only | grep -qx ${path}; do sleep 0.05; done`;

/** Which tasks became what, in order. */
const movesIn = ({ events }: JobFacts): readonly string[] =>
  events.flatMap(({ type, data, taskId }) =>
    type === "task-status-changed" && "to" in data ? [`${taskId?.split("/").at(-1)} ${data.to}`] : [],
  );

it(
  "at a terminal a job is answered where it runs, while others work or when nothing else goes on, and comes to its end",
  { timeout: 60_000 },
  async () => {
    const tasks = ["port", "long"].map((key) => ({ key, title: "T", prompt: "P" }));
    const rules = [
      { name: "look", on: "before-merge", when: { task: "long" }, action: "ask" },
      { name: "answer", on: "question", action: "ask" },
    ];
    project = await scratchProject({
      "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n",
      "plan.yaml": stringify({ summary: "s", tasks }),
      ".tutti/breakpoints.yaml": stringify({ rules }),
    });
    const answers = {
      port: { text: "Which port?", again: { write: { "port.txt": "made\n" }, text: "done" } },
      long: { run: [untilMerged("port.txt")], write: { "long.txt": "made\n" }, text: "done" },
    };
    await project.write({ "script.json": JSON.stringify({ answers }) });
    terminal = startOnTerminal(project, ["run", "--plan", "plan.yaml"]);
    await terminal.when("Start this plan?", "\r");
    await terminal.when("press a to answer", "a");
    // Unlike its title, the choices are shown no more once one was taken.
    expect(await terminal.when("see more", "\r")).toContain("The agent of port asks");
    await terminal.when("What is the agent told?", "8080\r");
    await terminal.when("Merge the work on long?", "");
    await terminal.when("see more", "\r");
    const { exitCode, shown } = await terminal.ended;
    expect(exitCode, shown).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ port: "completed", long: "completed" });
    expect(facts.attempts["port"]).toHaveLength(1);
    const moves = movesIn(facts);
    expect(moves.indexOf("port completed")).toBeLessThan(moves.indexOf("long validating"));
  },
);
