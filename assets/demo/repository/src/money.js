/** "12.50" as whole cents, so that sums stay exact. */
export function parseAmount(text) {
  throw new Error("parseAmount is not written yet");
}

/** Whole cents as "12.50". */
export function formatAmount(cents) {
  throw new Error("formatAmount is not written yet");
}
