import { describe, expect, it } from "vitest";

import { isAnythingLeftBehind, untilLeftBehind } from "./left-behind.ts";

const never = (): Promise<never> => new Promise(() => undefined);

describe("an effect that is no longer wanted", () => {
  it("may come to its end, and that is what it comes to", async () => {
    const stop = new AbortController();
    const done = Promise.withResolvers<string>();
    const waiting = untilLeftBehind(stop.signal, () => done.promise);
    stop.abort(new Error("stopped"));
    done.resolve("done");
    expect(await waiting).toBe("done");
    expect(isAnythingLeftBehind()).toBe(false);
  });

  it("is left behind when it does not heed its signal", async () => {
    const stop = new AbortController();
    const waiting = untilLeftBehind(stop.signal, never, 1);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    expect(isAnythingLeftBehind()).toBe(true);
  });
});
