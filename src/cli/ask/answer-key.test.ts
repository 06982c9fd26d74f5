import { PassThrough } from "node:stream";

import { describe, expect, it } from "vitest";

import { AnswerKey } from "./answer-key.ts";

type Keyboard = { readonly input: PassThrough; readonly key: AnswerKey; readonly interrupts: () => number };

type Place = { readonly terminal?: object; readonly isReached?: () => boolean };

function keyboard({ terminal = {}, isReached = () => true }: Place = {}): Keyboard {
  const input = Object.assign(new PassThrough(), terminal);
  let interrupts = 0;
  const key = new AnswerKey(input, () => (interrupts += 1), isReached);
  return { input, key, interrupts: () => interrupts };
}

async function type({ input }: Keyboard, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    input.write(key);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("the key for an answer", () => {
  it("is the letter alone: no other key, and none that a paste or an arrow has it in", async () => {
    const at = keyboard();
    const pressed = await at.key.listen();
    await type(at, "\r", "b", "\u001B[A", "abc", "\u001B");
    expect(pressed?.aborted).toBe(false);
    expect(await at.key.listen()).toBe(pressed);
    await type(at, "a");
    expect(pressed?.aborted).toBe(true);
    expect(at.interrupts()).toBe(0);
  });

  it("listens again after it was pressed, and after another question has paused what is typed", async () => {
    const at = keyboard();
    await at.key.listen();
    await type(at, "a");
    at.input.pause();
    const pressed = await at.key.listen();
    await type(at, "A");
    expect(pressed?.aborted).toBe(true);
  });

  it("was not pressed by whoever pressed it before anybody listened", async () => {
    const isRaw: boolean[] = [];
    const at = keyboard({ terminal: { isTTY: true, setRawMode: (raw: boolean) => isRaw.push(raw) } });
    const listening = at.key.listen();
    await type(at, "a");
    const pressed = await listening;
    expect(pressed?.aborted).toBe(false);
    await type(at, "a");
    expect(pressed?.aborted).toBe(true);
    expect(isRaw).toEqual([true, false]);
  });

  it("is nobody's in the background", async () => {
    let isInForeground = true;
    const at = keyboard({ isReached: () => isInForeground });
    expect(await at.key.listen()).toBeDefined();
    isInForeground = false;
    expect(await at.key.listen()).toBeUndefined();
    expect(at.input.listenerCount("data")).toBe(0);
  });

  it("hands a Ctrl-C on, and goes on listening", async () => {
    const at = keyboard();
    const pressed = await at.key.listen();
    await type(at, "\u0003", "x\u0003");
    expect(at.interrupts()).toBe(2);
    await type(at, "a");
    expect(pressed?.aborted).toBe(true);
  });

  it("leaves nothing behind, and listens to nobody who has hung up", async () => {
    const at = keyboard();
    await at.key.listen();
    at.key.rest();
    at.key.rest();
    expect(at.input.listenerCount("data")).toBe(0);
    expect(at.input.isPaused()).toBe(true);
    const pressed = await at.key.listen();
    at.input.destroy(new Error("read EIO"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(pressed?.aborted).toBe(false);
    expect(await at.key.listen()).toBeUndefined();
  });
});
