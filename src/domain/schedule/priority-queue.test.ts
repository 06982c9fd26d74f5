import fc from "fast-check";
import { expect, it } from "vitest";
import { priorityQueue } from "./priority-queue.ts";

it("gives back what was pushed, smallest first, whatever the order of pushes and pops", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (steps) => {
      const queue = priorityQueue<number>((a, b) => a - b);
      let model: readonly number[] = [];
      for (const step of steps) {
        const expected = step === null ? model[0] : undefined;
        model = step === null ? model.slice(1) : [...model, step].toSorted((a, b) => a - b);
        expect(step === null ? queue.pop() : queue.push(step)).toBe(expected);
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});
