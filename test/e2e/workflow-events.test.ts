import { createHmac } from "node:crypto";

import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { projectProcesses, whenProcessesAreGone } from "../support/crash/project-processes.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says } from "../support/scripted-model.ts";
import { parseNdjson, runTutti, runTuttiHere, startTutti, type TuttiProcess } from "../support/tutti-process.ts";

let project: ScratchProject;
let running: TuttiProcess[] = [];
let model: Simulator | undefined;

afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  running = [];
  await whenProcessesAreGone(project, 20_000);
  await model?.close();
  model = undefined;
  await project.remove();
});

const secret = "the webhook's secret";

const router = `
import { z } from "zod";
import { TuttiError, workflow } from "tutti";

const input = z.object({ id: z.string(), type: z.string(), source: z.string(), at: z.number().optional(), details: z.json() });

export default workflow("react", { input, output: z.string() }, async (flow, { id, type }) => {
  if (!["pr_opened", "test_failed"].includes(type)) {
    throw new TuttiError("WORKFLOW_EVENT_UNHANDLED", "No handler takes " + type);
  }
  return flow.agent("bug-fixer", { prompt: "React to " + type + " " + id, title: type, expectedOutputs: [type + ".md"] });
});
`;

const answers = {
  "*": {
    delayMs: 200,
    text: "done",
    write: { "pr_opened.md": "x", "test_failed.md": "x" },
    again: { write: { "pr_opened.md": "x", "test_failed.md": "x" } },
  },
};

async function start(): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml":
      "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 1, leaseMs: 5000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }\n",
    "script.json": JSON.stringify({ answers }),
    ".tutti/workflows/react.ts": router,
  });
}

type Listening = { readonly url: string; readonly listener: TuttiProcess };

async function listen({ workflow = "react", modelUrl = "" } = {}): Promise<Listening> {
  const args = ["workflow", "listen", workflow, "--port", "0", "--secret-env", "TUTTI_WEBHOOK_SECRET", "--json"];
  const env = { TUTTI_WEBHOOK_SECRET: secret };
  const listener = startTutti(project, { args, env, ...(modelUrl === "" ? {} : { modelUrl }) });
  running.push(listener);
  const Listening = z.object({ status: z.literal("listening"), url: z.string() });
  const first = () => Listening.safeParse(parseNdjson(listener.stdout())[0]).data?.url;
  await expect.poll(first, { timeout: 30_000, message: listener.stderr() }).toMatch(/^http/);
  return { url: first() ?? "", listener };
}

const pullRequest = JSON.stringify({ action: "opened", pull_request: { number: 7, title: "A change" } });

async function deliver(
  url: string,
  delivery: string,
  { body = pullRequest, key = secret, event = "pull_request" } = {},
) {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": delivery,
      "x-hub-signature-256": `sha256=${createHmac("sha256", key).update(body).digest("hex")}`,
    },
  });
  return response.status;
}

const Events = z.object({
  events: z.array(
    z.object({ id: z.string(), status: z.string(), job: z.string().nullable(), reason: z.string().nullable() }),
  ),
});

async function events() {
  const { stdout, stderr, exitCode } = await runTuttiHere(project, ["workflow", "events", "--json"]);
  expect(exitCode, stderr).toBe(0);
  return Events.parse(JSON.parse(stdout)).events.toReversed();
}

async function jobCount(): Promise<number> {
  const { stdout } = await runTuttiHere(project, ["job", "list", "--json"]);
  return z.object({ jobs: z.array(z.unknown()) }).parse(JSON.parse(stdout)).jobs.length;
}

describe("tutti workflow listen", () => {
  it("makes one job of each signed webhook, however often it is sent, and of what programs tell", async () => {
    await start();
    const { url, listener } = await listen();
    expect(await deliver(url, "d-1", { key: "another" })).toBe(401);
    expect(await deliver(url, "d-1")).toBe(202);
    expect(await deliver(url, "d-1")).toBe(200);
    expect(await deliver(url, "d-2", { event: "star" })).toBe(202);
    const told = await runTuttiHere(project, [
      "workflow",
      "event",
      "test_failed",
      "--id",
      "t-1",
      "--details",
      '{"test":"login"}',
    ]);
    expect(told.stdout).toBe("t-1\n");

    const statuses = async () => (await events()).map(({ id, status }) => `${id} ${status}`);
    const expected = ["github:d-1 done", "github:d-2 unhandled", "t-1 done"];
    await expect.poll(statuses, { timeout: 60_000, interval: 500 }).toEqual(expected);
    expect((await events())[1]?.reason).toContain("No handler takes github.star");
    expect(await jobCount()).toBe(3);
    const [first] = await events();
    const files = await project.git("ls-tree", "--name-only", `tutti/${first?.job}`);
    expect(files.split("\n")).toContain("pr_opened.md");

    listener.child.kill("SIGINT");
    expect((await listener.ended).exitCode, listener.stderr()).toBe(0);
    expect(listener.stdout() + listener.stderr()).not.toContain(secret);
    expect(await projectProcesses(project)).toEqual([]);
  }, 120_000);

  it("loses no event that was acknowledged and makes no job twice, when it is killed again and again", async () => {
    await start();
    const acknowledged: string[] = [];
    // In the moment of the answer, when a job was begun, and when one is done and another one under way.
    for (const [round, said] of ["listening", "started", "done"].entries()) {
      const { url, listener } = await listen();
      expect(await deliver(url, `d-${round}`)).toBe(202);
      acknowledged.push(`github:d-${round}`);
      await expect.poll(() => listener.stdout(), { timeout: 30_000 }).toContain(`"${said}"`);
      listener.child.kill("SIGKILL");
      await listener.ended;
    }
    const last = await runTutti(project, { args: ["workflow", "listen", "react", "--once", "--jobs", "2"] });
    expect(last.exitCode, last.stdout + last.stderr).toBe(0);
    const after = await events();
    expect(after.map(({ id }) => id)).toEqual(acknowledged);
    expect(after.map(({ status }) => status)).toEqual(acknowledged.map(() => "done"));
    expect(new Set(after.map(({ job }) => job)).size).toBe(acknowledged.length);
    expect(await jobCount()).toBe(acknowledged.length);
  }, 180_000);

  it("takes the job that a listener had made when it died before it could say so", async () => {
    await start();
    const event = { id: "t-9", type: "test_failed", source: "manual", details: {} };
    const made = ["workflow", "run", "react", "--key", `event:${event.id}`, "--input", JSON.stringify(event), "--json"];
    expect((await runTutti(project, { args: made })).exitCode).toBe(0);
    await runTuttiHere(project, ["workflow", "event", event.type, "--id", event.id]);
    const once = await runTutti(project, { args: ["workflow", "listen", "react", "--once"] });
    expect(once.exitCode, once.stderr).toBe(0);
    expect(await events()).toMatchObject([{ id: "t-9", status: "done" }]);
    expect(await jobCount()).toBe(1);
    const quiet = await runTutti(project, { args: ["workflow", "listen", "react", "--once"] });
    expect([quiet.exitCode, quiet.stdout]).toEqual([0, ""]);
  }, 120_000);

  it("has the real Claude Code take care of a webhook by the built-in router", async () => {
    project = await scratchProject({ "src/sum.js": "export const sum = (a, b) => a - b;\n" });
    const rules = [
      {
        match: { contains: ["A test fails", "sum adds"] },
        turns: [
          { reads: "src/sum.js" },
          { edits: [{ file: "src/sum.js", old: "a - b", new: "a + b" }] },
          says("Repaired."),
        ],
      },
    ];
    model = await startSimulator({ scenario: parseScenario(stringify({ rules }), "scenario.yaml") });
    const { url, listener } = await listen({ workflow: "event-driven", modelUrl: model.url });
    const body = JSON.stringify({ action: "completed", check_run: { name: "sum adds", conclusion: "failure" } });
    expect(await deliver(url, "d-1", { body, event: "check_run" })).toBe(202);
    const status = async () => (await events())[0]?.status;
    await expect.poll(status, { timeout: 60_000, interval: 500 }).toBe("done");
    const [event] = await events();
    expect(await project.git("show", `tutti/${event?.job}:src/sum.js`)).toContain("a + b");
    expect(model.unmatched).toEqual([]);
    listener.child.kill("SIGINT");
    expect((await listener.ended).exitCode, listener.stderr()).toBe(0);
  }, 120_000);

  it("fails with --once for an event that nobody handles, and refuses what can't be listened with at once", async () => {
    await start();
    await runTuttiHere(project, ["workflow", "event", "unheard-of"]);
    const once = await runTutti(project, { args: ["workflow", "listen", "react", "--once"] });
    expect(once.exitCode).toBe(1);
    expect(once.stderr).toContain("unhandled, No handler takes unheard-of");
    for (const [args, message] of [
      [["react", "--port", "0", "--host", "0.0.0.0"], "there is no secret"],
      [["react", "--port", "0", "--secret-env", "NOT_SET"], "NOT_SET is not set"],
      [["raect", "--once"], "raect"],
      [["react", "--cron", "61 * * * *=x"], "schedule"],
    ] as const) {
      const refused = await runTuttiHere(project, ["workflow", "listen", ...args]);
      expect([refused.exitCode, refused.stderr]).toEqual([expect.any(Number), expect.stringContaining(message)]);
      expect(refused.exitCode).not.toBe(0);
    }
  }, 120_000);
});
