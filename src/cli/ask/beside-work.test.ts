import { afterEach, describe, expect, it } from "vitest";

import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { Application } from "../../orchestration/application.ts";
import { noEngine, servicesOf } from "../../orchestration/services.fixture.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { until } from "../../testing/engine/test-bed.ts";
import { memoryOutput, type MemoryOutput } from "../memory-output.fixture.ts";
import { asks } from "./asking-task.fixture.ts";
import { BesideWork } from "./beside-work.ts";
import { keys, typist, type Typist } from "./typist.fixture.ts";

/** What a display is told, in order. */
type Told = { readonly now: () => string | undefined; readonly isSuspended: () => boolean };

type Watching = Typist & {
  readonly open: OpenState;
  readonly output: MemoryOutput;
  readonly application: Application;
  readonly display: Told;
  readonly stop: AbortController;
  readonly interrupts: () => number;
  readonly beside: BesideWork;
  /** Waits until the display invites with these words, then presses keys. */
  readonly invited: (text: string, ...pressed: readonly string[]) => Promise<void>;
};

let watching: Watching | undefined;

afterEach(async () => {
  await watching?.beside.close();
  await watching?.open[Symbol.asyncDispose]();
});

/**
 * A person who watches a job of which these tasks ask something.
 * @param wakesInMs - when its workflow goes on by itself
 */
async function watch(
  questions: Readonly<Record<string, Partial<BreakpointRequest>>>,
  wakesInMs?: number,
): Promise<Watching> {
  const open = await openState([...Object.keys(questions), "other"].map((key) => ({ key })));
  for (const [key, ask] of Object.entries(questions)) await asks(open, key, ask);
  const application = new Application(servicesOf(open, noEngine));
  const wakesAt = () => Promise.resolve(wakesInMs === undefined ? undefined : Date.now() + wakesInMs);
  Object.defineProperty(application, "workflows", { value: { wakesAt } });
  const [person, output, stop] = [typist(), memoryOutput(), new AbortController()];
  let [invitation, isSuspended, interrupts]: [string | undefined, boolean, number] = [undefined, false, 0];
  const beside = new BesideWork({
    ...{ output, application, jobId: open.jobId, terminal: person.terminal, later: new Set(), stop: stop.signal },
    interrupt: () => (interrupts += 1),
    display: {
      invite: (text) => (invitation = text),
      suspend: () => (isSuspended = true),
      resume: () => (isSuspended = false),
    },
  });
  const display = { now: () => invitation, isSuspended: () => isSuspended };
  const invited = async (text: string, ...pressed: readonly string[]): Promise<void> => {
    await until(() => !isSuspended && invitation?.includes(text) === true);
    for (const key of pressed) person.terminal.input.push(key);
  };
  watching = { ...person, open, output, application, display, stop, interrupts: () => interrupts, beside, invited };
  return watching;
}

const statuses = async ({ open }: Watching) => (await open.state.breakpoints.list()).map(({ status }) => status);

const [good, question] = [{}, { kind: "question", question: "Which port?" }] as const;

describe("a question beside work", () => {
  it("is put when the person asks for it, and the work is shown again when it is answered", async () => {
    const at = await watch({ a: good });
    await at.invited("1 question waits for you: press a to answer", "x", "a");
    await at.when("Your answer", keys.enter);
    await until(() => at.display.now() === undefined && !at.display.isSuspended());
    expect(await statuses(at)).toEqual(["resolved"]);
    await asks(at.open, "other", question);
    await at.invited("1 question waits for you", "a");
    await at.when("Which port?");
    expect(at.display.isSuspended()).toBe(true);
  });

  it("is not put to somebody who types whatever", async () => {
    const at = await watch({ a: good, b: good });
    await at.invited("2 questions wait for you", "\r", "yes\r", "\u001B[A", "q");
    expect(await at.beside.end("running")).toBeUndefined();
    expect(at.shown()).toBe("");
    expect(at.display.now()).toBeUndefined();
    expect(await statuses(at)).toEqual(["open", "open"]);
  });

  it("that was put off is asked again only when the person wants that", async () => {
    const at = await watch({ a: good });
    await at.invited("1 question waits", "a");
    await at.when("Your answer", keys.down, keys.down, keys.down, keys.down, keys.enter);
    await at.invited("1 question left for later: press a to answer");
    await asks(at.open, "other", question);
    await at.invited("1 question waits for you, 1 left for later", "a");
    await at.when("Which port?", keys.escape);
    expect(at.shown().split("May a?")).toHaveLength(2);
    await at.application.resolveBreakpoint((await at.application.breakpoints())[1]?.id ?? "", { answer: "reject" });
    await at.invited("1 question left for later", "a");
    await at.when("May a?");
  });

  it("is taken away by the first Ctrl-C; the second one stops the work", async () => {
    const at = await watch({ a: good });
    await at.invited("1 question waits", "a");
    await at.when("Your answer", "\u0003");
    await at.invited("1 question waits");
    expect(at.interrupts()).toBe(0);
    at.terminal.input.push("\u0003");
    await until(() => at.interrupts() === 1);
    expect(await statuses(at)).toEqual(["open"]);
  });

  it("is taken away when somebody else answers, and when the work is stopped", async () => {
    const at = await watch({ a: good, b: question });
    await at.invited("2 questions wait", "a");
    await at.when("Your answer");
    const [first] = await at.application.breakpoints();
    await at.application.resolveBreakpoint(first?.id ?? "", { answer: "reject", by: "ann" });
    await at.when("answered elsewhere: reject (ann)");
    await at.when("Your answer");
    at.stop.abort();
    expect(await at.beside.done).toBeUndefined();
    expect(at.display.isSuspended()).toBe(false);
    expect(at.terminal.input.isPaused()).toBe(true);
    expect(await statuses(at)).toEqual(["resolved", "open"]);
  });
});

describe("when the work ends, a question that is being answered", () => {
  it("stays until it is answered where the job waits for it, and no word of the person is lost", async () => {
    const at = await watch({ a: question, b: good });
    await at.invited("2 questions wait", "a");
    await at.when("Your answer", keys.enter);
    await at.when("What is the agent told?", "80");
    const ended = at.beside.end("waiting");
    await at.when("80", "80", keys.enter);
    await at.when("May b?", keys.down, keys.down, keys.down, keys.down, keys.enter);
    const [answered, left] = await at.open.state.breakpoints.list();
    expect(await ended).toEqual({ asked: "settled", later: new Set([left?.id]) });
    expect(answered?.answer).toEqual({ answer: "answer", note: "8080" });
    expect(at.display.isSuspended()).toBe(false);
  });

  it("goes with the next drive where it was answered when the job already waited", async () => {
    const at = await watch({ a: question, b: good });
    await at.invited("2 questions wait", "a");
    await at.when("Your answer", keys.down, keys.enter);
    await at.when("May b?", keys.escape);
    await at.invited("1 question waits", "a");
    await at.open.state.jobs.setStatus(at.open.jobId, "waiting");
    await at.when("May b?", keys.enter);
    await until(() => !at.display.isSuspended());
    expect(await at.beside.end("waiting")).toMatchObject({ asked: "settled" });
  });

  it("is taken away where nothing waits for it any more, and that is said", async () => {
    const at = await watch({ a: question });
    await at.invited("1 question waits", "a");
    await at.when("Your answer");
    expect(await at.beside.end("paused")).toBeUndefined();
    expect(at.output.out()).toBe("Nothing waits for the answer now: the job is paused.\n");
    expect(await statuses(at)).toEqual(["open"]);
  });

  it("is taken away when the workflow's sleep is over, for the work to go on", async () => {
    const at = await watch({ a: question }, 50);
    await at.invited("1 question waits", "a");
    await at.when("Your answer");
    expect(await at.beside.end("waiting")).toMatchObject({ asked: "slept" });
    expect(await statuses(at)).toEqual(["open"]);
  });

  it("is left by a Ctrl-C, and not asked again", async () => {
    const at = await watch({ a: question });
    await at.invited("1 question waits", "a");
    await at.when("Your answer");
    const ended = at.beside.end("waiting");
    at.terminal.input.push("\u0003");
    expect(await ended).toMatchObject({ asked: "left" });
  });
});
