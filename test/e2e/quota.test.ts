import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";

import type { StoredEvent } from "../../src/domain/events.ts";
import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere, startTutti, type TuttiProcess } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator | undefined;

afterEach(async () => {
  await model?.close();
  model = undefined;
  await project.remove();
});

type Answers = Readonly<Record<string, unknown>>;

const quotaEnds = (resetAfterMs: number, times = 1) => ({
  failure: { class: "exhausted", message: "weekly limit reached", resetAfterMs, times },
});
const work = (key: string) => ({ write: { [`${key}.txt`]: key } });
const task = (key: string, more = "") => `{ key: ${key}, title: T, prompt: P${more} }`;

/** A project whose agents play a script and note every prompt in a file beside the repository. */
async function start(answers: Answers, plans: Readonly<Record<string, readonly string[]>>): Promise<void> {
  project = await scratchProject({ "README.md": "# Scratch\n" });
  await project.write({
    "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\n",
    "script.json": JSON.stringify({
      answers: { "*": { text: "done" }, ...answers },
      requestLog: `${project.home}/requests`,
    }),
    ...Object.fromEntries(
      Object.entries(plans).map(([file, tasks]) => {
        return [file, `summary: s\ntasks:\n${tasks.map((line) => `  - ${line}\n`).join("")}`];
      }),
    ),
  });
}

const runArgs = (plan: string, ...more: readonly string[]) => [
  "run",
  "--plan",
  plan,
  "--yes",
  "--workers",
  "2",
  ...more,
];
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runTutti(project, { args, env });

type Request = { readonly key: string; readonly sessionId: string; readonly isResumed: boolean };

async function requests(): Promise<readonly Request[]> {
  const text = await readFile(`${project.home}/requests`, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Request);
}

const scheduled = (events: readonly StoredEvent[]) =>
  events.flatMap((event) => (event.type === "resume-scheduled" ? [event] : []));

async function until(tutti: TuttiProcess, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  tutti.child.stdout?.on("data", () => tutti.stdout().includes(text) && resolve());
  void tutti.ended.then(() => reject(new Error(`it ended before it said "${text}": ${tutti.stdout()}`)));
  if (tutti.stdout().includes(text)) resolve();
  await promise;
}

/** Ends a process that waits for the quota; its job stays paused. */
async function endsWaiting(
  signal: NodeJS.Signals,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const waiting = startTutti(project, { args, env });
  await until(waiting, "goes on by itself");
  waiting.child.kill(signal);
  const ended = await waiting.ended;
  expect((await inspectJob(project)).job.status).toBe("paused");
  return ended;
}

describe("a quota that ends", () => {
  it("is waited out with --resume-at-reset, and every worker goes on in its own session", async () => {
    await start(
      {
        a: { ...quotaEnds(2_000), ...work("a"), delayMs: 300 },
        b: { ...quotaEnds(2_000), ...work("b"), delayMs: 300 },
        c: work("c"),
      },
      { "plan.yaml": [task("a"), task("b"), task("c", ", dependsOn: [a, b]")] },
    );

    const result = await run(runArgs("plan.yaml", "--resume-at-reset"));

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    expect(result.stdout).toMatch(/waiting +goes on by itself at .*; Ctrl-C leaves it paused/);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "completed", c: "completed" });
    expect([facts.attempts["a"], facts.attempts["b"]].map((attempts) => attempts?.length)).toEqual([1, 1]);
    for (const key of ["a#1", "b#1"]) {
      const own = (await requests()).filter((request) => request.key === key);
      expect(new Set(own.map(({ sessionId }) => sessionId)).size).toBe(1);
      expect(own.at(-1)?.isResumed).toBe(own.length > 1);
    }
  });

  it("that is out again right after, or whose reset lies in the past, is waited for again and never hammered", async () => {
    await start({ a: { ...quotaEnds(0, 2), ...work("a") } }, { "plan.yaml": [task("a")] });

    const result = await run(runArgs("plan.yaml", "--resume-at-reset"));

    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const { events } = await inspectJob(project);
    const pausedAt = events.find(({ type }) => type === "dispatch-paused")?.at ?? 0;
    const times = [pausedAt, ...scheduled(events).map(({ data }) => data.at ?? 0)];
    expect(times).toHaveLength(3);
    const waitsMs = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    for (const [index, waitMs] of waitsMs.entries()) expect(waitMs).toBeGreaterThanOrEqual(1000 * 2 ** index);
    expect((await requests()).filter(({ key }) => key === "a#1")).toHaveLength(3);
  });

  it("leaves the job paused where it may not be waited for, or the wait is cancelled or killed, and a resume goes on", async () => {
    await start({ a: { ...quotaEnds(3_600_000, 4), ...work("a") } }, { "plan.yaml": [task("a")] });
    const result = await run(runArgs("plan.yaml", "--resume-at-reset"), {
      TUTTI_EXECUTION__MAX_QUOTA_WAIT_MS: "1800000",
    });
    expect(result.exitCode, result.stderr).toBe(4);
    expect(result.stdout).toContain("execution.maxQuotaWaitMs");
    expect(result.stdout).toMatch(/comes back at .*, in 59m[\s\S]*tutti resume \S+ --resume-at-reset/);

    const clock = (at: number) => new Date(at).toTimeString().slice(0, 5);
    const quiet = `${clock(Date.now() - 3_600_000)}-${clock(Date.now() + 7_200_000)}`;
    const resumed = await run(["resume", "--resume-at-reset"], {
      TUTTI_EXECUTION__MAX_QUOTA_WAIT_MS: "5400000",
      TUTTI_EXECUTION__QUIET_HOURS: quiet,
    });
    expect(resumed.exitCode, resumed.stdout + resumed.stderr).toBe(4);
    expect(scheduled((await inspectJob(project)).events).map(({ data }) => data.at)).toEqual([null, null]);

    expect((await endsWaiting("SIGINT", ["resume"], { TUTTI_EXECUTION__RESUME_AT_RESET: "true" })).exitCode).toBe(130);
    expect((await endsWaiting("SIGKILL", ["resume", "--resume-at-reset"])).signal).toBe("SIGKILL");
    const last = await run(["resume", "--resume-at-reset"]);
    expect(last.exitCode, last.stdout + last.stderr).toBe(0);
    expect((await inspectJob(project)).attempts["a"]).toHaveLength(1);
  });

  it("stops dispatch for every job of the account", async () => {
    await start(
      { b: quotaEnds(3_600_000, 9) },
      { "slow.yaml": [task("slow"), task("after", ", dependsOn: [slow]")], "b.yaml": [task("b")] },
    );
    const script = JSON.parse(await readFile(`${project.root}/script.json`, "utf8")) as {
      answers: Record<string, unknown>;
    };
    script.answers["slow"] = { ...work("slow"), run: [`while [ ! -e ${project.home}/go ]; do sleep 0.05; done`] };
    await project.write({ "script.json": JSON.stringify(script) });
    const other = startTutti(project, { args: runArgs("slow.yaml") });
    await until(other, "slow");

    expect((await run(runArgs("b.yaml"))).exitCode).toBe(4);
    await project.write({ "../home/go": "" });
    const ended = await other.ended;

    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(4);
    const { stdout } = await runTuttiHere(project, ["job", "list", "--json"]);
    const { jobs } = JSON.parse(stdout) as { jobs: readonly { status: string; completed: number }[] };
    expect(jobs.map(({ status, completed }) => [status, completed])).toEqual([
      ["paused", 0],
      ["paused", 1],
    ]);
    expect((await requests()).map(({ key }) => key)).not.toContain("after#1");
  });
});

describe("a quota of the real Claude Code that ends", () => {
  // Only a subscription's answers carry the time at which its quota comes back.
  const env = { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-test" };

  it("pauses all dispatch, and nothing counts as done before; when it is waited out the attempt goes on in its session", async () => {
    await start(
      {},
      { "plan.yaml": [task("one"), task("two", ", dependsOn: [one]"), task("three", ", dependsOn: [two]")] },
    );
    const ends = (resetAfterSeconds: number) => ({
      fault: { status: 429, times: 1, resetAfterSeconds, message: "You've hit your weekly limit" },
    });
    model = await scriptedModel({
      tasks: [],
      workers: {
        one: [writes({ "one.txt": "1\n" }), says("Done.")],
        two: [
          { ...writes({ "two.txt": "2\n" }), ...ends(3_600) },
          { ...says("Done."), ...ends(2) },
        ],
        three: [writes({ "three.txt": "3\n" }), says("Done.")],
      },
    });
    const started = { modelUrl: model.url, env: { ...env, TUTTI_AGENT__KIND: "claude-code" } };

    const paused = await runTutti(project, { ...started, args: ["run", "--plan", "plan.yaml", "--yes", "--json"] });
    expect(paused.exitCode, paused.stdout + paused.stderr).toBe(4);
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "completed", two: "waiting", three: "pending" });

    const resumed = await runTutti(project, { ...started, args: ["resume", "--json", "--resume-at-reset"] });
    expect(resumed.exitCode, resumed.stdout + resumed.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ one: "completed", two: "completed", three: "completed" });
    expect(scheduled(facts.events)).toHaveLength(1);
    expect(facts.attempts["two"]).toHaveLength(1);
    const sessions = facts.events.flatMap((event) =>
      event.type === "agent-session-started" && event.taskId?.endsWith("/two") === true ? [event.data.sessionId] : [],
    );
    expect(sessions.length).toBeGreaterThan(1);
    expect(new Set(sessions).size).toBe(1);
  });
});
