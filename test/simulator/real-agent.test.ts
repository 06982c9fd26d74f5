import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { prompt, realAgentTest as it, turnsOf } from "./real-agent-test.ts";
import { LiveSession, sessionOf, speak, speakUntilKilled, transcripts } from "./agent-session.ts";

describe("the real Claude Code against the simulator", { timeout: 60_000 }, () => {
  it("writes the file that the scenario says", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { role: worker, task: greet }
    turns:
      - writes: { hello.txt: "hi from {{task}}, attempt {{attempt}}\\n" }
      - says: Written.
`);
    const { result, thrown } = await speak(prompt("greet"), options());
    expect(thrown).toBeUndefined();
    expect(result).toMatchObject({ subtype: "success", is_error: false, result: "Written." });
    expect(await readFile(join(sandbox.cwd, "hello.txt"), "utf8")).toBe("hi from greet, attempt 1\n");
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "1 answered 200"]);
    expect(simulator.counts.byKey).toEqual({ "worker/greet": 2 });
  });

  it("runs every tool call of one turn, and counts it as one turn", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - turns:
      - writes: { a.txt: one, b.txt: two }
        runs: cat a.txt b.txt > c.txt
      - edits: [{ file: c.txt, old: two, new: three }]
`);
    await speak("Go.", options({ permissionMode: "bypassPermissions", env: { IS_SANDBOX: "1" } }));
    expect(await readFile(join(sandbox.cwd, "c.txt"), "utf8")).toBe("onethree");
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "1 answered 200", "2 answered 200"]);
  });

  it("gives the structured result that the scenario says, without another request", async ({ simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { role: manager }
    turns:
      - structured: { summary: Two files, tasks: [{ key: a }] }
`);
    const schema = { type: "object", properties: { summary: { type: "string" }, tasks: { type: "array" } } };
    const outputFormat = { type: "json_schema" as const, schema };
    const { result } = await speak("Tutti role: manager\nPlan it.", options({ outputFormat }));
    expect(result).toMatchObject({ structured_output: { summary: "Two files", tasks: [{ key: "a" }] } });
    expect(turnsOf(simulator)).toEqual(["0 answered 200"]);
  });

  it("reports the usage of the scenario", async ({ simulate }) => {
    const { options } = await simulate(`
rules:
  - turns:
      - says: fine
        usage: { inputTokens: 11, outputTokens: 22, cacheReadTokens: 33, cacheWriteTokens: 44 }
`);
    const { result } = await speak("Go.", options());
    expect(Object.values(result?.modelUsage ?? {})).toMatchObject([
      { inputTokens: 11, outputTokens: 22, cacheReadInputTokens: 33, cacheCreationInputTokens: 44 },
    ]);
  });

  it("goes on with the next turn after the agent was killed and its session resumed", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { task: long }
    turns:
      - writes: { first.txt: "1" }
      - writes: { second.txt: "2" }
        fault: { hang: before }
      - says: Both written.
`);
    const { spoken, kill } = speakUntilKilled(prompt("long"), options());
    await simulator.whenRequest(({ fault }) => fault === "hang before");
    await expect.poll(() => transcripts(sandbox), { timeout: 20_000 }).toContain('"tool_result"');
    kill();
    const resumed = await speak("Go on where you stopped.", options({ resume: sessionOf(await spoken) }));
    expect(resumed.result).toMatchObject({ is_error: false, result: "Both written." });
    expect(existsSync(join(sandbox.cwd, "second.txt"))).toBe(true);
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "1 aborted", "1 answered 200", "2 answered 200"]);
  });

  it("makes a call again whose outcome a kill left unknown, and goes on", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { task: long }
    turns:
      - runs: test -e started || { touch started; while test -e started; do sleep 0.05; done; }
      - says: Command ran.
`);
    const free = { permissionMode: "bypassPermissions" as const, env: { IS_SANDBOX: "1" } };
    const { spoken, kill } = speakUntilKilled(prompt("long"), options(free));
    await expect.poll(() => existsSync(join(sandbox.cwd, "started")), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => transcripts(sandbox), { timeout: 20_000 }).toContain('"tool_use"');
    kill();
    const resumed = await speak("Go on where you stopped.", options({ ...free, resume: sessionOf(await spoken) }));
    expect(resumed.result).toMatchObject({ is_error: false, result: "Command ran." });
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "0 answered 200", "1 answered 200"]);
  });

  it("serves task after task of one process that is cleared in between", async ({ sandbox, simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { role: worker }
    turns:
      - writes: { "{{task}}.txt": "{{task}}" }
      - says: "{{task}} done"
`);
    const session = new LiveSession(options());
    const first = await session.say(prompt("one"));
    await session.say("/clear");
    const second = await session.say(prompt("two"));
    await session.close();
    expect([first, second]).toMatchObject([{ result: "one done" }, { result: "two done" }]);
    expect(first.session_id).not.toBe(second.session_id);
    expect(existsSync(join(sandbox.cwd, "two.txt"))).toBe(true);
    expect(simulator.counts).toMatchObject({ byKey: { "worker/one": 2, "worker/two": 2 } });
  });

  it("starts the script again for a new attempt in the same conversation", async ({ simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { task: fix, attempt: 1 }
    turns: [{ writes: { a.txt: wrong } }, { says: First try. }]
  - match: { task: fix }
    turns: [{ writes: { a.txt: right } }, { says: Later try. }]
`);
    const session = new LiveSession(options());
    const first = await session.say(prompt("fix"));
    const second = await session.say(prompt("fix", 2));
    const third = await session.say(prompt("fix", 3));
    await session.close();
    expect([first, second, third].map((result) => "result" in result && result.result)).toEqual([
      "First try.",
      "Later try.",
      "Later try.",
    ]);
    expect(simulator.requests.map(({ attempt, turn }) => `${attempt}.${turn}`)).toEqual([
      ...["1.0", "1.1"],
      ...["2.0", "2.1"],
      ...["3.0", "3.1"],
    ]);
  });

  it("knows its place in the script after the conversation was compacted", async ({ simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - match: { task: long }
    turns:
      - says: Half of it.
      - writes: { rest.txt: rest }
      - says: All of it.
`);
    const session = new LiveSession(options());
    await session.say(prompt("long"));
    await session.say("/compact");
    const last = await session.say("Go on.");
    await session.close();
    expect(last).toMatchObject({ is_error: false, result: "All of it." });
    expect(turnsOf(simulator)).toEqual(["0 answered 200", "1 answered 200", "2 answered 200"]);
    expect(simulator.counts.byKind).toMatchObject({ turn: 3, unmatched: 0 });
  });

  it("names the session without taking a turn of the script", async ({ simulate }) => {
    const { simulator, options } = await simulate(`
rules:
  - turns: [{ says: First. }, { says: Second. }]
`);
    const { result } = await speak(prompt("named"), options({ env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "" } }));
    expect(result).toMatchObject({ result: "First." });
    expect(simulator.counts.byKind).toMatchObject({ turn: 1, auxiliary: 1, unmatched: 0 });
  });
});
