import { afterEach, describe, expect, it } from "vitest";

import { fakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { statusesOf } from "../support/inspect-job.ts";
import { kindsOf, of, WaitingProject, writes } from "../support/waiting-project.ts";

let project: WaitingProject;
let ollama: FakeOllama | undefined;

afterEach(async () => {
  await ollama?.close();
  ollama = undefined;
  await project.scratch.remove();
});

const supervisedBy = (baseUrl: string) => ({
  supervisor: { kind: "ollama", model: "judge", baseUrl, maxRetries: 0, purposes: ["stall"] },
});

describe("an agent that stalls again and again", { timeout: 180_000 }, () => {
  const hangs = { hang: true };
  const execution = { workers: 4, stallTimeoutMs: 1_500, maxAttempts: 1 };

  it("is tried once more with the supervisor's hint, then waits for a person whose answer is followed", async () => {
    const retry = { action: "retry", reason: "It waits for input", hint: "Use the flag --no-input" };
    const ask = { action: "ask", reason: "I have no idea", hint: "" };
    ollama = await fakeOllama({
      answers: [
        { purpose: "stall", matching: /task: (hinted|helpless)/, answer: retry },
        { purpose: "stall", answer: ask },
      ],
    });
    project = await WaitingProject.make({
      tasks: ["hinted", "helpless", "patient", "given"].map((key) => ({ key, title: key })),
      answers: () => ({
        hinted: [hangs, writes("hinted.txt")],
        helpless: [hangs, hangs, writes("helpless.txt")],
        patient: { ...hangs, again: writes("patient.txt") },
        given: hangs,
      }),
      settings: { execution, ...supervisedBy(ollama.url) },
    });

    await project.runPlan(3);

    const asked = await project.waiting();
    expect(kindsOf(asked)).toEqual({ helpless: "stall", patient: "stall", given: "stall" });
    expect(of(asked, "patient").context.supervisor).toBe("I have no idea");
    expect(of(asked, "helpless").context.supervisor).toBe("It was asked before, and its hint was of no use.");
    expect(ollama.complaints).toEqual([]);
    expect(ollama.questions).toHaveLength(4);
    const [first, second] = (await project.facts()).attempts["hinted"] ?? [];
    expect([first?.status, second?.status]).toEqual(["rejected", "accepted"]);
    expect(first?.feedback).toContain("Use the flag --no-input");

    await project.resolve(of(asked, "helpless"), { answer: "retry", note: "The input is in input.txt" });
    await project.resolve(of(asked, "patient"), { answer: "wait" });
    await project.resolve(of(asked, "given"), { answer: "reject" });
    await project.expectExit(1, "resume");

    const facts = await project.facts();
    expect(statusesOf(facts)).toEqual({
      hinted: "completed",
      helpless: "completed",
      patient: "completed",
      given: "failed",
    });
    expect(facts.attempts["helpless"]?.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
    expect(facts.attempts["helpless"]?.[1]?.feedback).toContain("The input is in input.txt");
    expect(facts.attempts["patient"]?.map(({ status }) => status)).toEqual(["accepted"]);
    expect(new Set((await project.turns("patient")).map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  it("waits for a person at once where the supervisor can't be asked", async () => {
    ollama = await fakeOllama();
    project = await WaitingProject.make({
      tasks: [{ key: "a" }],
      answers: () => ({ a: hangs }),
      settings: { execution, ...supervisedBy(ollama.url) },
    });
    await ollama.stop();
    await project.runPlan(3);
    expect(of(await project.waiting(), "a").context.supervisor).toMatch(/could not be asked: .*Ollama does not answer/);
  });
});

describe("an agent whose process dies again and again", { timeout: 180_000 }, () => {
  it("goes on, begins anew elsewhere, and then waits for a person, which the run says", async () => {
    const dies = { write: { "left.txt": "x" }, run: ["kill -9 $PPID"] };
    const always = { ...dies, again: dies };
    project = await WaitingProject.make({
      tasks: [{ key: "a" }, { key: "b" }],
      answers: () => ({ a: [always, always, writes("a.txt")], b: always }),
      settings: { execution: { workers: 2 } },
    });

    const said = await project.runPlan(3);

    expect(said).toContain("tutti breakpoint");
    const asked = await project.waiting();
    expect(kindsOf(asked)).toEqual({ a: "crash", b: "crash" });
    const sessions = (await project.turns("a")).map(({ sessionId }) => sessionId);
    expect(sessions).toHaveLength(5);
    expect(new Set(sessions.slice(0, 4)).size).toBe(1);
    expect(sessions[4]).not.toBe(sessions[0]);
    const explained = await project.expectExit(0, "explain", "a");
    expect(explained).toContain("retry (fresh-start)");
    expect(explained).toContain("fail: before it fails for good, a person is asked");

    await project.resolve(of(asked, "a"), { answer: "retry" });
    await project.resolve(of(asked, "b"), { answer: "reject" });
    await project.expectExit(1, "resume");

    const facts = await project.facts();
    expect(statusesOf(facts)).toEqual({ a: "completed", b: "failed" });
    expect(facts.attempts["a"]?.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
    expect(facts.events.some(({ type }) => type === "work-rescued")).toBe(true);
    expect(await project.scratch.git("ls-tree", "-r", "--name-only", facts.job.branch)).not.toContain("left.txt");
  });
});
