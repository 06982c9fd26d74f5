import { describe, expect, it } from "vitest";
import { settleAll } from "./settle-all.ts";

describe("settleAll", () => {
  it("gives the values in the order of the list, whoever ends first", async () => {
    const first = Promise.withResolvers<string>();
    const starts = [() => first.promise, async () => (first.resolve("first"), "second")];
    expect(await settleAll(starts, 2)).toEqual(["first", "second"]);
  });

  it("starts what is left after a failure, and throws the first failure in the order of the list", async () => {
    const started: number[] = [];
    const starts = [0, 1, 2, 3].map((index) => async () => {
      started.push(index);
      if (index === 1 || index === 2) throw new Error(`failure ${index}`);
      return index;
    });
    await expect(settleAll(starts, 1)).rejects.toThrow("failure 1");
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it("takes an impossible concurrency for one", async () => {
    expect(await settleAll([async () => 1, async () => 2], 0)).toEqual([1, 2]);
    expect(await settleAll([], 5)).toEqual([]);
  });
});
