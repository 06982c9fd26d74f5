import { TuttiError } from "../../domain/errors.ts";

/** @throws {TuttiError} `INPUT_INVALID` when `value` can't be written as JSON */
export function toJsonText(value: unknown, what: string): string {
  const text = stringify(value, what);
  if (text === undefined) throw notJson(what, undefined);
  return text;
}

/** Reads what `toJsonText` wrote; the caller vouches for the type. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function fromJsonText<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-return
  return JSON.parse(text);
}

function stringify(value: unknown, what: string): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    throw notJson(what, thrown);
  }
}

function notJson(what: string, cause: unknown): TuttiError {
  return new TuttiError("INPUT_INVALID", `${what} isn't JSON`, {
    hint: "Use strings, finite numbers, booleans, null, arrays and plain objects.",
    cause,
  });
}
