import { expect, it } from "vitest";

import { localPlace } from "../places/local/local-place.ts";
import { injectIdleness } from "./inject-idleness.ts";

it("hides the machine's load, and nothing else, from those that ask for it", async () => {
  const place = localPlace();
  const { cores } = await place.resources();
  expect(injectIdleness({}, place)).toBe(place);
  expect(await injectIdleness({ TUTTI_FAULT_IDLE: "1" }, place).resources()).toMatchObject({ cores, loadAverage: 0 });
});
