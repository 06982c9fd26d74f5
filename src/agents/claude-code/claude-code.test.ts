import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { asSlotId } from "../../domain/ids.ts";
import { countRequests, parseScenario, startSimulator, type Simulator } from "../../simulator/index.ts";
import type { AgentLaunch, AgentOutcome, AgentSession } from "../port.ts";
import { claudeCode } from "./claude-code.ts";
import { sandboxAvailability } from "./sandbox.ts";

const rule = (task: string, turns: readonly object[]) => ({ match: { task }, turns });

const scenario = () =>
  parseScenario(
    JSON.stringify({
      rules: [
        rule("outside", [{ writes: { "../outside.txt": "x" } }, { says: "tried" }]),
        rule("compound", [{ runs: ["echo one > a.txt && (cat a.txt; echo two) >> b.txt"] }, { says: "ran" }]),
        rule("escape", [
          { tools: [{ name: "Bash", input: { command: "touch ../escaped.txt", dangerouslyDisableSandbox: true } }] },
          { says: "tried" },
        ]),
        rule("dear", [
          { writes: { "a.txt": "a" }, usage: { outputTokens: 1_000_000 } },
          { writes: { "b.txt": "b" } },
          { says: "done" },
        ]),
        rule("cheap", [{ says: "done" }]),
        rule("slash", [{ says: "taken as a prompt" }]),
        rule("overloaded", [{ says: "never", fault: { status: 529, times: "always" } }]),
        rule("nomodel", [{ says: "never", fault: { status: 404, times: "always" } }]),
        rule("credit", [
          {
            says: "never",
            fault: { status: 400, message: "Your credit balance is too low to access the API.", times: "always" },
          },
        ]),
        rule("cut", [{ says: "never", fault: { disconnect: "before", times: "always" } }]),
      ],
    }),
  );

let root = "";
let simulator: Simulator;
let sessions: AgentSession[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tutti-claude-"));
  await Promise.all([mkdir(join(root, "home")), mkdir(join(root, "slot"))]);
  simulator = await startSimulator({ scenario: scenario() });
});

afterEach(async () => {
  await Promise.all(sessions.map((session) => session.doClose()));
  sessions = [];
  await simulator.close();
  await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

type Opening = Partial<AgentLaunch["permissions"]> & Pick<AgentLaunch, "maxConversationCostUsd">;

async function open({ maxConversationCostUsd, ...permissions }: Opening = {}, maxRetries = 1): Promise<AgentSession> {
  const env = { HOME: join(root, "home"), ANTHROPIC_BASE_URL: simulator.url, ANTHROPIC_API_KEY: "sk-ant-test" };
  const session = await claudeCode({ maxRetries, env }).doOpen({
    slotId: asSlotId(`claude-test-${process.pid}`),
    cwd: join(root, "slot"),
    model: "sonnet",
    permissions: { mode: "edit", allow: [], sandbox: "off", ...permissions },
    ...(maxConversationCostUsd === undefined ? {} : { maxConversationCostUsd }),
  });
  sessions.push(session);
  return session;
}

const play = (session: AgentSession, task: string, before = ""): Promise<AgentOutcome> =>
  session.doTurn({
    prompt: `${before}Tutti role: worker\nTutti task: ${task}\n\nDo it.`,
    onEvent: () => undefined,
    signal: new AbortController().signal,
    timeoutMs: 30_000,
    stallTimeoutMs: 30_000,
  });

const textIn = (file: string): Promise<string | undefined> => readFile(join(root, file), "utf8").catch(() => undefined);

test("a write outside of the slot is denied and told", async () => {
  const outcome = await play(await open(), "outside");
  expect(outcome).toMatchObject({ status: "finished", permissionDenials: [{ tool: "Write" }] });
  expect(await textIn("outside.txt")).toBeUndefined();
});

test("a command that no rule allows is denied and told", async () => {
  const outcome = await play(await open(), "compound");
  expect(outcome).toMatchObject({ status: "finished", permissionDenials: [{ tool: "Bash" }] });
  expect(await textIn("slot/b.txt")).toBeUndefined();
});

const { isAvailable } = await sandboxAvailability();

test.runIf(isAvailable)("in the sandbox any command runs, and none writes outside of the slot", async () => {
  const session = await open({ sandbox: "required" });
  expect(await play(session, "compound")).toMatchObject({ status: "finished", permissionDenials: [] });
  expect(await textIn("slot/b.txt")).toBe("one\ntwo\n");
  await play(session, "escape");
  expect(await textIn("escaped.txt")).toBeUndefined();
});

test("a prompt that begins like a command of the agent is a prompt", async () => {
  expect(await play(await open(), "slash", "/clear everything\n")).toMatchObject({ text: "taken as a prompt" });
});

test("the agent repeats a refused request as often as the option says", async () => {
  await play(await open({}, 1), "overloaded");
  expect(countRequests(simulator.requests).byKey).toEqual({ "worker/overloaded": 2 });
});

test.each([
  ["nomodel", "permanent", "MODEL_UNKNOWN"],
  ["credit", "exhausted", "QUOTA_EXHAUSTED"],
  ["cut", "transient", "AGENT_FAILED"],
])("a turn that ends by %s is %s", async (task, failureClass, code) => {
  const outcome = await play(await open(), task);
  expect(outcome).toMatchObject({ status: "failed", failure: { error: { code, failureClass } } });
});

test("an executable that isn't there is refused at the start", async () => {
  const opening = claudeCode({ executablePath: join(root, "claude") }).doOpen({
    slotId: asSlotId("none"),
    cwd: root,
    model: "sonnet",
    permissions: { mode: "edit", allow: [], sandbox: "off" },
  });
  await expect(opening).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });
});

test("a diagnosis names the version and never a secret", async () => {
  const found = (await claudeCode({ env: { ANTHROPIC_API_KEY: "sk-ant-secret" } }).doDiagnose?.()) ?? [];
  expect(found.map(({ name }) => name)).toEqual(["Claude Code", "Claude Code login", "Sandbox for commands"]);
  expect(found[0]?.detail).toMatch(/^\d+\.\d+\.\d+/);
  expect(JSON.stringify(found)).not.toContain("sk-ant-secret");
});

test(
  "a conversation that costs more than its fence is ended by claude itself; the next one begins anew",
  {
    timeout: 60_000,
  },
  async () => {
    const session = await open({ maxConversationCostUsd: 0.5 });
    const outcome = await play(session, "dear");
    expect(outcome).toMatchObject({
      status: "failed",
      failure: { error: { code: "BUDGET_EXCEEDED", failureClass: "exhausted" } },
    });
    expect(await textIn("slot/b.txt")).toBeUndefined();
    await session.doClear();
    expect(await play(session, "cheap")).toMatchObject({ status: "finished" });
  },
);
