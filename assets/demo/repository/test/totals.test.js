import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv } from "../src/csv.js";
import { totalsByMonth } from "../src/totals.js";

const rows = () =>
  parseCsv("date,category,amount\n2026-02-14,food,57.15\n2026-01-03,rent,840.00\n2026-02-15,food,-7.15\n");

test("months come in order, with what was spent in each", () => {
  const totals = totalsByMonth(rows());
  assert.deepEqual(
    totals.map(({ month, name, total }) => [month, name, total]),
    [
      ["2026-01", "January 2026", 84000],
      ["2026-02", "February 2026", 5000],
    ],
  );
});

test("each month knows its categories", () => {
  assert.deepEqual(totalsByMonth(rows())[1].categories, { food: 5000 });
});

test("without rows there are no months", () => {
  assert.deepEqual(totalsByMonth([]), []);
});
