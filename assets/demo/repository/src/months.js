/** The month of a date: "2026-03-14" is in "2026-03". */
export function monthOf(date) {
  throw new Error("monthOf is not written yet");
}

/** A month for people: "2026-03" is "March 2026". */
export function monthName(month) {
  throw new Error("monthName is not written yet");
}
