import { describe, expect, it } from "vitest";

import { claimsDone } from "./claimed-constructs.ts";

const missing = (says: string, code: string): readonly string[] =>
  claimsDone(says)
    .filter(({ isIn }) => !isIn(code))
    .map(({ what }) => what);

describe("means that an agent says it used", () => {
  it.each([
    ["It now tracks the ids in a hash set.", "if (!out.includes(id)) out.push(id);", "a set"],
    ["I wrapped the two updates in a transaction.", "await db.run(a);\nawait db.run(b);", "a transaction"],
    ["The password is now hashed with bcrypt.", "createHash('sha256').update(password)", "bcrypt"],
    [
      "The query now uses a parameterized statement.",
      "db.query(`select * from t where id = ${id}`)",
      "a parameterized query",
    ],
    ["The counter is now protected by a mutex.", "func (c *Counter) Add() { c.n++ }", "a lock"],
    ["It now uses `AbortController`.", "await fetch(url)", "`AbortController`"],
    ["The pages are fetched in parallel now.", "const a = await get(1);\nconst b = await get(2);", "work side by side"],
  ])("are missing: %s", (says, code, what) => {
    expect(missing(says, code)).toContain(what);
  });

  it.each([
    ["It now tracks the ids in a hash set.", "const seen = new Set();"],
    ["I wrapped the two updates in a transaction.", "with connection:\n  connection.execute(a)"],
    ["It no longer uses a cache.", "return load(id);"],
    ["It does not use a lock.", "n += 1"],
    ["The existing cache is used.", "return load(id);"],
    ["You could add a retry later.", "return load(id);"],
    ["Removed the mutex, since one goroutine owns it now.", "n += 1"],
    ["Added tests for the retry.", "expect(1).toBe(1)"],
  ])("are there, or were not claimed: %s", (says, code) => {
    expect(missing(says, code)).toEqual([]);
  });
});
