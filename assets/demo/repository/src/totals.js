/** What was spent in each month, the earliest first: `{ month, name, total, categories }`, all amounts in cents. */
export function totalsByMonth(rows) {
  throw new Error("totalsByMonth is not written yet");
}
