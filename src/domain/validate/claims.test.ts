import { expect, it } from "vitest";

import { claimsDone } from "./claimed-constructs.ts";
import { claimsOf } from "./claims.ts";
import { unfinished } from "./unfinished-work.ts";

it("an agent's answer of blank lines is read in linear time", () => {
  const text = `I added ${"\n".repeat(150_000)}nothing`;
  expect(claimsOf(text).files).toEqual([]);
  expect(claimsDone(text)).toEqual([]);
  expect(unfinished(text)).toBeUndefined();
});
