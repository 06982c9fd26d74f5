import { existsSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";

import type { AgentAdapter, AgentLaunch, AgentSession } from "../../agents/port.ts";
import { WarmSessions, type SessionKind, type WarmSessionsOptions } from "./warm-sessions.ts";

type Opened = { readonly launch: AgentLaunch; readonly session: AgentSession; clears: number };

/** Sessions that do nothing but note what is done to them. */
function notingAgent(): { readonly agent: AgentAdapter; readonly opened: Opened[]; readonly live: () => number } {
  const opened: Opened[] = [];
  const doOpen = (launch: AgentLaunch): Promise<AgentSession> => {
    let isAlive = true;
    const session: AgentSession = {
      launchKey: "",
      get isAlive() {
        return isAlive;
      },
      processGroup: undefined,
      doTurn: () => Promise.reject(new Error("nobody asks")),
      doClear: () => {
        noted.clears += 1;
        return Promise.resolve();
      },
      doClose: () => {
        isAlive = false;
        return Promise.resolve();
      },
    };
    const noted: Opened = { launch, session, clears: 0 };
    opened.push(noted);
    return Promise.resolve(session);
  };
  const live = (): number => opened.filter(({ session }) => session.isAlive).length;
  return { agent: { specVersion: 1, id: "noting", doOpen }, opened, live };
}

function warm(own: Partial<WarmSessionsOptions> = {}) {
  const noting = notingAgent();
  const sessions = new WarmSessions({ agent: noting.agent, maxSessions: 2, idleMs: 60_000, ...own });
  onTestFinished(() => sessions.close());
  return { ...noting, sessions };
}

const a: SessionKind = { model: "haiku" };
const b: SessionKind = { model: "haiku", systemPrompt: "Other." };
const never = new AbortController().signal;
const same = (session: AgentSession): Promise<AgentSession> => Promise.resolve(session);

it("a session is kept for the next question of its kind, and cleared before", async () => {
  const { sessions, opened } = warm({ maxSessions: 1 });
  const first = await sessions.use(a, never, same);
  expect(await sessions.use(a, never, same)).toBe(first);
  expect(opened).toMatchObject([{ clears: 1, launch: { tools: [], permissions: { mode: "read", sandbox: "off" } } }]);
});

it("questions of another kind get another session, and the longest unused makes room", async () => {
  const { sessions, opened, live } = warm();
  await sessions.use(a, never, same);
  await sessions.use(b, never, same);
  await sessions.use(a, never, same);
  expect(opened).toHaveLength(2);
  await sessions.use({ model: "opus" }, never, same);
  expect(opened.map(({ session }) => session.isAlive)).toEqual([true, false, true]);
  expect(live()).toBe(2);
});

it("no more than so many answer side by side, and the next in line follows", async () => {
  const { sessions, live } = warm();
  const [gate, order]: [PromiseWithResolvers<void>, number[]] = [Promise.withResolvers<void>(), []];
  const asked = [1, 2, 3, 4].map((number) =>
    sessions.use(a, never, async () => {
      order.push(number);
      expect(live()).toBeLessThanOrEqual(2);
      await gate.promise;
    }),
  );
  await expect.poll(() => order).toEqual([1, 2]);
  gate.resolve();
  await Promise.all(asked);
  expect(order).toEqual([1, 2, 3, 4]);
});

it("who waits in line may give up, and does not hold up the others", async () => {
  const { sessions } = warm({ maxSessions: 1 });
  const gate = Promise.withResolvers<void>();
  const first = sessions.use(a, never, () => gate.promise);
  const leaving = new AbortController();
  const second = sessions.use(a, leaving.signal, same);
  const third = sessions.use(a, never, same);
  leaving.abort(new Error("no longer wanted"));
  await expect(second).rejects.toThrow("no longer wanted");
  gate.resolve();
  await Promise.all([first, third]);
});

it("a session whose question was withdrawn is ended, and one that failed otherwise is kept", async () => {
  const { sessions, opened } = warm({ maxSessions: 1 });
  const failing = sessions.use(a, never, () => Promise.reject(new Error("failed")));
  await expect(failing).rejects.toThrow("failed");
  const abort = new AbortController();
  await sessions.use(a, abort.signal, async () => abort.abort());
  await sessions.use(a, never, same);
  expect(opened.map(({ session }) => session.isAlive)).toEqual([false, true]);
});

it("a session that nobody asks is ended", async () => {
  const { sessions, live } = warm({ idleMs: 1 });
  await sessions.use(a, never, same);
  await expect.poll(live).toBe(0);
});

it("a session that can't be cleared is ended, and its place is free again", async () => {
  const { sessions, opened, live } = warm({ maxSessions: 1 });
  const first = await sessions.use(a, never, same);
  first.doClear = () => Promise.reject(new Error("no process can be listed"));
  expect(await sessions.use(a, never, same)).not.toBe(first);
  expect([opened.length, live()]).toEqual([2, 1]);
});

it("a session that can't be ended holds up nobody", async () => {
  const { sessions, opened } = warm({ maxSessions: 1 });
  const abort = new AbortController();
  await sessions.use(a, abort.signal, async (session) => {
    session.doClose = () => Promise.reject(new Error("no process can be listed"));
    abort.abort();
  });
  await sessions.use(a, never, same);
  await sessions.close();
  expect(opened.map(({ session }) => session.isAlive)).toEqual([true, false]);
});

it("closing ends what is asked and what waits, removes the folder, and nobody is asked afterwards", async () => {
  const { sessions, opened, live } = warm({ maxSessions: 1 });
  const asked = sessions.use(
    a,
    never,
    (_session, signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
  );
  const waiting = sessions.use(a, never, same).catch((thrown: unknown) => thrown);
  await expect.poll(live).toBe(1);
  const folder = opened[0]?.launch.cwd ?? "";
  expect(existsSync(folder)).toBe(true);
  await sessions.close();
  await asked;
  expect(await waiting).toMatchObject({ code: "LLM_UNAVAILABLE" });
  await expect(sessions.use(a, never, same)).rejects.toMatchObject({ code: "LLM_UNAVAILABLE" });
  expect([live(), existsSync(folder)]).toEqual([0, false]);
});
