import { execFile } from "node:child_process";
import { mkdir, rm, statfs } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere, startTutti, type TuttiProcess } from "../support/tutti-process.ts";

const run = promisify(execFile);

let project: ScratchProject;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
  await project.remove();
});

/** @param first - what the others depend on */
const planOf = (keys: readonly string[], first: readonly string[] = []): string => {
  const task = (key: string, dependsOn: readonly string[]) => ({ key, title: key, prompt: "P", dependsOn });
  return stringify({
    summary: "s",
    tasks: [...first.map((key) => task(key, [])), ...keys.map((key) => task(key, first))],
  });
};

const runArgs = ["run", "--plan", "plan.yaml", "--yes"];
const allDone = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, "completed"]));

const holds = ({ events }: JobFacts) => events.flatMap((event) => (event.type === "workers-held" ? [event] : []));

/** How many others each attempt that began under a hold found at work, and how many it might find. */
function crowding({ attempts, events }: JobFacts) {
  const all = Object.values(attempts).flat();
  const changes = events.filter(({ type }) => type === "workers-held" || type === "workers-released");
  return all.flatMap(({ startedAt }) => {
    const last = changes.findLast(({ at }) => at <= startedAt);
    const others = all.filter((other) => other.startedAt < startedAt && (other.endedAt ?? Infinity) > startedAt).length;
    return last?.type === "workers-held" ? [{ others, most: last.data.agents - 1 }] : [];
  });
}

const keys = ["a", "b", "c", "d", "e", "f"];

describe("the account, with the real Claude Code", { timeout: 240_000 }, () => {
  it("is spared when its server refuses again and again: fewer agents run, the reason is shown, and all is done", async () => {
    const turn = (key: string) => [
      { says: "I begin.", writes: { [`${key}.txt`]: key }, delayMs: 1_500 },
      { says: "Done." },
    ];
    const storm = { fault: { status: 429, retryAfterSeconds: 0, times: 2 } };
    model = await startSimulator({
      scenario: parseScenario(
        stringify({
          rules: [
            ...["a", "b", "c"].map((key) => {
              const [first, last] = turn(key);
              return { match: { role: "worker", task: key }, turns: [{ ...first, ...storm }, last] };
            }),
            ...["d", "e", "f"].map((key) => ({ match: { role: "worker", task: key }, turns: turn(key) })),
            { match: { role: "reviewer" }, turns: [{ structured: review }] },
          ],
        }),
      ),
    });
    project = await scratchProject({ "README.md": "# Scratch\n", "plan.yaml": planOf(keys) });

    const result = await runTutti(project, {
      args: [...runArgs, "--workers", "3"],
      modelUrl: model.url,
      env: { TUTTI_EXECUTION__MIN_FREE_MEMORY_MB: "0", TUTTI_EXECUTION__MEMORY_PER_WORKER_MB: "1" },
    });

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toMatch(/held +at most [12] agents? at once: the model server asked to slow down \(429\)/);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual(allDone(keys));
    const ofAccount = holds(facts).filter(({ data }) => data.by === "account");
    expect(ofAccount.length).toBeGreaterThan(0);
    expect(crowding(facts).filter(({ others, most }) => others > most)).toEqual([]);
    expect(Object.values(facts.attempts).map((attempts) => attempts.length)).toEqual(keys.map(() => 1));
  });

  it("is left to its owner when more of it is used than the settings allow", async () => {
    const turns = [{ says: "I begin.", writes: { "x-{{task}}.txt": "x" }, delayMs: 500 }, { says: "Done." }];
    const some = keys.slice(0, 3);
    model = await startSimulator({
      scenario: parseScenario(
        stringify({
          rules: [
            ...some.map((key) => ({
              match: { role: "worker", task: key },
              turns: [{ ...turns[0], writes: { [`${key}.txt`]: key } }, turns[1]],
            })),
            { match: { role: "reviewer" }, turns: [{ structured: review }] },
          ],
          limits: { fiveHour: 0.85, sevenDay: 0.3 },
        }),
      ),
    });
    project = await scratchProject({ "README.md": "# Scratch\n", "plan.yaml": planOf(some) });

    const result = await runTutti(project, {
      args: [...runArgs, "--workers", "2"],
      modelUrl: model.url,
      env: {
        ANTHROPIC_API_KEY: "",
        CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-test",
        TUTTI_EXECUTION__MAX_ACCOUNT_UTILIZATION: "0.8",
        TUTTI_EXECUTION__MIN_FREE_MEMORY_MB: "0",
        TUTTI_EXECUTION__MEMORY_PER_WORKER_MB: "1",
      },
    });

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual(allDone(some));
    expect(holds(facts).map(({ data }) => data)).toContainEqual({
      by: "account",
      agents: 1,
      reason: "85% of the account's five-hour window is used, more than execution.maxAccountUtilization allows (80%)",
    });
    expect(crowding(facts).filter(({ others, most }) => others > most)).toEqual([]);
  });
});

const review = { verdict: "reached", summary: "It is there.", findings: [], nextSteps: [] };

async function until(tutti: TuttiProcess, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  tutti.child.stdout?.on("data", () => tutti.stdout().includes(text) && resolve());
  void tutti.ended.then(() => reject(new Error(`it ended before it said "${text}": ${tutti.stdout()}`)));
  if (tutti.stdout().includes(text)) resolve();
  await promise;
}

const gigabyte = 1024 ** 3;

describe("the disk", { timeout: 120_000 }, () => {
  it("is not filled to the last: nothing starts while too little is free, it is said, and it goes on by itself", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\n",
      "script.json": JSON.stringify({ answers: { "*": { text: "done" }, a: { write: { "a.txt": "a" } } } }),
      "plan.yaml": planOf(["a"]),
    });
    await mkdir(project.stateHome);
    const { bavail, bsize } = await statfs(project.stateHome);
    const minFreeMb = Math.floor((bavail * bsize - gigabyte) / 1024 ** 2);
    const filling = `${project.home}/filling`;
    await run("fallocate", ["-l", String(2 * gigabyte), filling]);

    const tutti = startTutti(project, {
      args: runArgs,
      env: { TUTTI_EXECUTION__MIN_FREE_DISK_MB: String(minFreeMb) },
    });
    await until(tutti, "held");
    expect(tutti.stdout()).toMatch(/held +no agent starts: only \d+ MB of disk are free at .*minFreeDiskMb is \d+ MB/);
    const status = await runTuttiHere(project, ["job", "show"]);
    expect(status.stdout).toMatch(/Held back: no agent starts: only \d+ MB of disk are free/);
    expect((await inspectJob(project)).attempts["a"]).toEqual([]);
    await rm(filling);
    await until(tutti, "released");

    const result = await tutti.ended;
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual({ a: "completed" });
  });
});

describe("a common cause", { timeout: 120_000 }, () => {
  it("stops also what was queued already: three failures of one worker are three attempts", async () => {
    const failure = { failure: { class: "permanent", message: "the licence has expired" } };
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\n",
      "script.json": JSON.stringify({ answers: { "*": failure, "reviewer:*": { text: "done" } } }),
      "plan.yaml": planOf(keys),
    });

    const result = await runTutti(project, { args: [...runArgs, "--workers", "1"] });

    expect(result.exitCode, result.stdout + result.stderr).toBe(3);
    const facts = await inspectJob(project);
    expect(Object.values(facts.attempts).flat()).toHaveLength(3);

    const again = await runTutti(project, { args: ["retry"] });
    expect(again.exitCode, again.stdout + again.stderr).toBe(3);
    const { attempts, events } = await inspectJob(project);
    expect(Object.values(attempts).flat()).toHaveLength(6);
    expect(events.filter(({ type }) => type.startsWith("circuit-")).map(({ type }) => type)).toEqual([
      "circuit-opened",
      "circuit-closed",
      "circuit-opened",
    ]);
  });

  it("of one drive doesn't stop the next one, for tasks that were added while the whole was reviewed", async () => {
    const failure = { failure: { class: "permanent", message: "the licence has expired" } };
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\n",
      // What would not have begun when the third fails would wait for a person, and nothing be reviewed.
      "plan.yaml": planOf(["a", "b", "c"], ["good"]),
    });
    const answers = {
      "*": failure,
      good: { write: { "good.txt": "good\n" } },
      late: { write: { "late.txt": "late\n" } },
      // A reviewer may run nothing that could wait for the task.
      "reviewer:*": { text: "done", delayMs: 10_000 },
    };
    await project.write({ "script.json": JSON.stringify({ answers }) });

    const env = { TUTTI_EXECUTION__MIN_FREE_MEMORY_MB: "0", TUTTI_EXECUTION__MEMORY_PER_WORKER_MB: "1" };
    const drive = startTutti(project, { args: [...runArgs, "--workers", "2"], env });
    try {
      await expect
        .poll(async () => (await inspectJob(project)).job.status, { timeout: 60_000, interval: 300 })
        .toBe("reviewing");
      const { job, events } = await inspectJob(project);
      expect(events.map(({ type }) => type)).toContain("circuit-opened");
      const added = await runTuttiHere(project, ["job", "add", job.id, "One more", "--key", "late"]);
      expect(added.exitCode, added.stderr).toBe(0);
      await expect
        .poll(async () => statusesOf(await inspectJob(project))["late"], { timeout: 60_000, interval: 300 })
        .toBe("completed");
    } finally {
      drive.child.kill("SIGINT");
      await drive.ended;
    }
  });
});
