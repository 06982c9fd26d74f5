import { afterAll, expect, vi } from "vitest";

type ProcessFacts = ReturnType<typeof processFacts>;

/** By the agent's SDK, as soon as it starts an agent. */
const setByOthers = new Set(["CLAUDE_AGENT_SDK_VERSION", "NoDefaultCurrentDirectoryInExePath"]);

const found = processFacts();

afterAll(() => expect(changed(processFacts())).toEqual([]));

/** What test files of one worker share, besides the modules. */
function processFacts() {
  return {
    cwd: process.cwd(),
    exitCode: process.exitCode,
    isTimeFaked: vi.isFakeTimers(),
    ...Object.fromEntries(["SIGINT", "SIGTERM"].map((signal) => [signal, process.listenerCount(signal)])),
    ...process.env,
  };
}

/** Names alone: a developer's environment is nobody's business. */
function changed(facts: ProcessFacts): readonly string[] {
  const [before, after] = [new Map(Object.entries(found)), new Map(Object.entries(facts))];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name) && !setByOthers.has(name));
}
