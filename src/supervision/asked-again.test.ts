import { describe, expect, it } from "vitest";

import type { ScriptedAnswer } from "../../test/support/fake-ollama.ts";
import { attemptIdOf } from "../domain/ids.ts";
import { leaseTask, tip } from "../state/state-manager.fixture.ts";
import { supervisorScene, verdictSchema } from "./supervisor-model.fixture.ts";

const scene = supervisorScene();
const { anew, eventTypes, history, question, serve, supervisorOf } = scene;

describe("an answer that nothing came of, because whoever had asked was cut short", () => {
  const retry = {
    action: "retry",
    reasons: ["r"],
    countsAsAttempt: true,
    resumeSession: false,
    delayMs: 0,
    feedback: undefined,
  } as const;

  it("is taken by whoever goes on with the attempt, for nothing, also when the model is gone and nothing is cached", async () => {
    const model = await serve({ answers: [{ answer: { score: 0.5 } }] });
    const asked = question({ schema: verdictSchema });
    await supervisorOf().ask(asked);
    await model.stop();
    const known = await supervisorOf({ settings: { cache: "never" } }).ask(asked);
    expect(known).toEqual({ status: "answered", from: "earlier", text: '{"score":0.5}', value: { score: 0.5 } });
    expect(model.questions).toHaveLength(1);
    const endings = (await history()).map(({ ending }) => ending);
    expect(endings).toMatchObject([
      { from: "model", tries: 1 },
      { from: "earlier", tries: 0, used: undefined },
    ]);
    expect(await scene.open.state.costs.list({ projectPath: "/p" })).toHaveLength(1);
  });

  it("is no answer for another attempt, other material, or when a decision was made since", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    const supervisor = supervisorOf();
    const lease = await leaseTask(scene.open, "a");
    await scene.open.state.attempts.begin(lease, tip);
    await supervisor.ask(question());
    await supervisor.ask(anew());
    await supervisor.ask(question({ prompt: "Is it good now?" }));
    expect(model.questions).toHaveLength(3);
    scene.open.clock.now += 1;
    await scene.open.state.attempts.decide(lease, attemptIdOf(lease.taskId, 1), retry);
    scene.open.clock.now += 1;
    expect(await supervisor.ask(question())).toMatchObject({ from: "model" });
    expect(await supervisor.ask(question())).toMatchObject({ from: "earlier" });
    expect(await supervisor.ask(anew())).toMatchObject({ from: "earlier" });
    expect(model.questions).toHaveLength(4);
  });

  it("about a whole job is taken until the job has ended", async () => {
    const model = await serve({ answers: [{ answer: "fine" }] });
    const ofJob = question({ purpose: "notes", about: { jobId: scene.open.jobId } });
    const supervisor = supervisorOf();
    await supervisor.ask(ofJob);
    await scene.open.state.jobs.setStatus(scene.open.jobId, "running");
    expect(await supervisor.ask(ofJob)).toMatchObject({ from: "earlier" });
    await scene.open.state.jobs.setStatus(scene.open.jobId, "completed");
    expect(await supervisor.ask(ofJob)).toMatchObject({ from: "model" });
    expect(model.questions).toHaveLength(2);
  });
});

describe("an answer that is cut at its longest", () => {
  const cut = (...answers: readonly ScriptedAnswer[]) =>
    serve({ answers: [{ times: 1, cutAfter: "yes, bec" }, ...answers] });
  const rooms = (): readonly unknown[] =>
    (scene.server?.questions ?? []).map(({ body }) => body.options?.["num_predict"]);

  it("is asked for once more with twice the room, and both are in the history and in the costs", async () => {
    await cut({ answer: "yes, because" });
    const answer = await supervisorOf({ settings: { maxRetries: 2 } }).ask(question());
    expect(answer).toMatchObject({ status: "answered", text: "yes, because" });
    expect(rooms()).toEqual([100, 200]);
    const endings = (await history()).map(({ ending }) => ending);
    expect(endings).toMatchObject([
      { failure: "truncated", tries: 1 },
      { status: "answered", tries: 1 },
    ]);
    expect(await scene.open.state.costs.list({ projectPath: "/p" })).toHaveLength(2);
    expect(await eventTypes()).toEqual([]);
  });

  it("is no answer when it is cut again, and when what comes then is of no use", async () => {
    await cut({ times: 1, cutAfter: "no, bec" }, { times: 1, cutAfter: "yes" }, { status: 400 });
    const supervisor = supervisorOf({ settings: { maxRetries: 2 } });
    const twice = await supervisor.ask(question());
    expect(twice).toMatchObject({ status: "unavailable", reason: expect.stringContaining("cut at 200 tokens") });
    const refused = await supervisor.ask(question({ prompt: "And this?" }));
    expect(refused).toMatchObject({ reason: expect.stringMatching(/cut at 100 tokens.*, and with more room: .*400/) });
    expect(rooms()).toEqual([100, 200, 100, 200]);
    expect(await eventTypes()).toEqual([]);
  });

  it("is not asked for again without retries, without room for more, or when a budget is used up by then", async () => {
    await serve({ answers: [{ cutAfter: "yes, bec" }] });
    await supervisorOf({ settings: { maxRetries: 0 } }).ask(question({ prompt: "1" }));
    await supervisorOf({ settings: { maxRetries: 2, contextTokens: 200 } }).ask(question({ prompt: "2" }));
    expect(rooms()).toEqual([100, 100]);
    let asked = 0;
    const objects = () => Promise.resolve((asked += 1) === 1 ? undefined : "no money");
    const answer = await supervisorOf({ settings: { maxRetries: 2 }, objects }).ask(question({ prompt: "3" }));
    expect(answer).toMatchObject({
      reason: expect.stringMatching(/cut at 100 tokens.*; it is not asked with more room: no money/),
    });
    expect(rooms()).toEqual([100, 100, 100]);
    expect((await scene.open.state.costs.list({ projectPath: "/p" })).length).toBe(3);
  });

  it("is asked for with more room at once by whoever goes on after a death", async () => {
    await cut({ answer: "yes, because" });
    await supervisorOf().ask(question());
    expect(await supervisorOf().ask(question())).toMatchObject({ status: "answered", text: "yes, because" });
    expect(rooms()).toEqual([100, 200]);
  });
});
