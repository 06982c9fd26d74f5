import type * as Vitest from "vitest";

import { TuttiError } from "../domain/errors.ts";

/** What the conformance suites need of vitest. Outside of it, where only workflows are tested, it is neither needed nor loaded. */
export const { describe, expect, it }: Pick<typeof Vitest, "describe" | "expect" | "it"> =
  process.env["VITEST"] === undefined ? absent() : await import("vitest");

function absent(): typeof Vitest {
  return new Proxy({} as typeof Vitest, { get: () => refuse });
}

function refuse(): never {
  throw new TuttiError("INPUT_INVALID", "A conformance suite was called outside of vitest", {
    hint: "Call it in a test file, and run that: npx vitest run",
  });
}
