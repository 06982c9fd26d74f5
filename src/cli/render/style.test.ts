import { expect, describe, it } from "vitest";
import { colourStyle, noStyle, wantsColour } from "./style.ts";

describe("colours", () => {
  it.each<[string, Parameters<typeof wantsColour>[0], boolean]>([
    ["on a terminal", { env: {}, isTty: true }, true],
    ["not in a file", { env: {}, isTty: false }, false],
    ["not with NO_COLOR", { env: { NO_COLOR: "1" }, isTty: true }, false],
    ["with an empty NO_COLOR", { env: { NO_COLOR: "" }, isTty: true }, true],
    ["in a file with FORCE_COLOR", { env: { FORCE_COLOR: "1" }, isTty: false }, true],
    ["with FORCE_COLOR before NO_COLOR", { env: { FORCE_COLOR: "", NO_COLOR: "1" }, isTty: false }, true],
    ["not with FORCE_COLOR=0", { env: { FORCE_COLOR: "0" }, isTty: true }, false],
    ["not on a dumb terminal", { env: { TERM: "dumb" }, isTty: true }, false],
    ["never with --no-color", { env: { FORCE_COLOR: "1" }, isTty: true, isRefused: true }, false],
  ])("are used %s", (_when, facts, isWanted) => {
    expect(wantsColour(facts)).toBe(isWanted);
  });

  it("don't depend on the process that draws", () => {
    expect(colourStyle("red", "x")).toBe("\u001B[31mx\u001B[39m");
    expect(colourStyle("red", "")).toBe("");
    expect(noStyle("red", "x")).toBe("x");
  });
});
