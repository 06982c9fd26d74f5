import { stripVTControlCharacters } from "node:util";

import type { Json, JsonObject } from "../domain/json.ts";
import { withoutHeadlessKeys } from "./headless-keys.ts";
import { secretForms } from "./secret-forms.ts";
import { redactedMark, secretFieldName, secretPatterns, type SecretPattern } from "./secret-patterns.ts";

export type Redactor = {
  /** Replaces every secret in a text. Idempotent; text without secrets comes back as it is. */
  readonly redact: (text: string) => string;
  /** The same for every text in a value, keys included, and for fields whose names say that they are secret. */
  readonly redactJson: RedactJson;
};

type RedactJson = { (value: JsonObject): JsonObject; (value: Json): Json };

/**
 * The one redactor that stands before every sink: log, event stream, notification, report.
 * @param environment - values of variables whose names look secret are secrets, wherever they appear
 */
export function createRedactor(environment: Readonly<Record<string, string | undefined>>): Redactor {
  const patterns = [...valuePatterns(environment), ...secretPatterns];
  const redact = (text: string): string => redactShown(redactText(text, patterns), redact);
  function redactJson(value: JsonObject): JsonObject;
  function redactJson(value: Json): Json;
  function redactJson(value: Json): Json {
    return redactValue(value, redact);
  }
  return { redact, redactJson };
}

function valuePatterns(environment: Readonly<Record<string, string | undefined>>): SecretPattern[] {
  const secrets = new Set(Object.entries(environment).flatMap(([name, value]) => secretForms(name, value)));
  return [...secrets].toSorted((a, b) => b.length - a.length).map((secret) => ({ needles: [secret], pattern: secret }));
}

/** What escape sequences begin with. */
const escapes = ["\u001B", "\u009B"];

/** A terminal's colours in the middle of a secret would hide it from us, and from nobody else. */
function redactShown(text: string, redact: (text: string) => string): string {
  if (!escapes.some((escape) => text.includes(escape))) return text;
  const shown = stripVTControlCharacters(text);
  const safe = shown === text ? text : redact(shown);
  return safe === shown ? text : safe;
}

/**
 * Redacts until nothing changes: a replacement can lay bare a secret that stuck to another one. Each round takes at least
 * one character away from what is not yet redacted, so it ends.
 */
function redactText(text: string, patterns: readonly SecretPattern[]): string {
  const relevant = patterns.filter(({ needles }) => needles.some((needle) => text.includes(needle)));
  if (relevant.length === 0) return withoutHeadlessKeys(text);
  let current = text;
  let next = redactOnce(current, relevant);
  while (next !== current) {
    current = next;
    next = redactOnce(current, relevant);
  }
  return current;
}

function redactOnce(text: string, patterns: readonly SecretPattern[]): string {
  const hidden = patterns.reduce(
    (current, { pattern, replacement = redactedMark }) =>
      current
        .split(redactedMark)
        .map((piece) => piece.replaceAll(pattern, replacement))
        .join(redactedMark),
    text,
  );
  return withoutHeadlessKeys(hidden);
}

function redactValue<T extends Json | undefined>(value: T, redact: (text: string) => string): T | Json {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => redactValue(item, redact));
  const entries = Object.entries(value).map(([key, item]): [string, Json | undefined] => {
    const isSecret = secretFieldName.test(key) && typeof item === "string" && item !== "";
    return [redact(key), isSecret ? redactedMark : redactValue(item, redact)];
  });
  return Object.fromEntries(entries);
}
