/** The rows of a CSV text as objects, keyed by the names in its first line. */
export function parseCsv(text) {
  throw new Error("parseCsv is not written yet");
}
