import { expect, it, vi } from "vitest";

import { pacedWatch } from "./paced-watch.ts";

const always = { wait: () => Promise.resolve(true) };

it("wakes at once after a quiet while, and rests between commits that follow one another", async () => {
  vi.useFakeTimers();
  try {
    const watch = pacedWatch(always);
    await expect(watch.wait({ timeoutMs: 1_000 })).resolves.toBe(true);
    const woken = vi.fn<() => void>();
    const second = watch.wait({ timeoutMs: 1_000 }).then(woken);
    await vi.advanceTimersByTimeAsync(20);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10);
    await second;
    expect(woken).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

it("does not rest once it is to stop", async () => {
  const watch = pacedWatch(always);
  const stop = new AbortController();
  await watch.wait({ timeoutMs: 1_000, signal: stop.signal });
  const waiting = watch.wait({ timeoutMs: 1_000, signal: stop.signal });
  stop.abort();
  await expect(waiting).resolves.toBe(true);
});
