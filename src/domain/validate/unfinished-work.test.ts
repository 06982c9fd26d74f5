import { describe, expect, it } from "vitest";
import { unfinished } from "./unfinished-work.ts";

describe("unfinished", () => {
  it.each([
    "I wasn't able to find a way that keeps the callers working.",
    "I reverted all of my changes in src/watch.ts.",
    "I couldn't get the tests to pass.",
    "I ended up giving up on the cache; I gave up after two tries.",
    "Two of the cases are done. The remaining ones (a, b) follow exactly the same pattern.",
    "The other locales can be added in a follow-up.",
    "I've laid the groundwork for the endpoints.",
    "The first test passes, and 2 of 5 tests still fail.",
    "`rename` is not yet implemented.",
    "Read the code.\n\nNext steps: implement `Cache` and use it.",
    "Added the reader.\n\n**Remaining work:**\n- the writer",
    "Let me now write the tests.",
  ])("hears that a part is missing: %s", (text) => {
    expect(unfinished(text)).toContain("A part of the work is");
  });

  it.each([
    "I couldn't run the tests here: there is no Go.",
    "Both tests of tax.py still fail. They failed before my change, too.",
    "The class isn't wired to the form yet. That is the other task.",
    "Next steps: review and deploy.",
    "Next steps (optional): add the remaining locales if you want them.",
    "Remaining work: none.",
    "The remaining tests pass.",
    "I first tried a WeakMap and dropped it, since a Map is enough.",
    "Nothing calls it yet.",
    "```\nTODO: implement\n```\nThat comment is gone.",
  ])("lets pass what is no admission: %s", (text) => {
    expect(unfinished(text)).toBeUndefined();
  });
});
