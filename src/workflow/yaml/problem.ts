import type { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { nearestName } from "../../domain/nearest-name.ts";

export type Path = readonly (string | number)[];

/** Something wrong in a file, at a place. */
export type Problem = { readonly path: Path; readonly message: string; readonly hint?: string };

/** Where a workflow was read from, for messages. */
export type Origin = {
  /** As people are shown it. */
  readonly file: string;
  /** 1-based line of a value. */
  readonly lineOf: (path: Path) => number | undefined;
};

export function placeOf({ file, lineOf }: Origin, path: Path): string {
  const line = lineOf(path);
  return line === undefined ? file : `${file}:${line}`;
}

const fieldOf = (path: Path): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${key}`)).join("");

const describe = (origin: Origin, { path, message }: Problem): string =>
  `${placeOf(origin, path)}: ${path.length === 0 ? "" : `${fieldOf(path)} `}${message}`;

const maxReported = 20;

/** The first problem is the message; the context has the others. */
export function problemError(origin: Origin, [first, ...others]: readonly [Problem, ...Problem[]]): TuttiError {
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  const line = origin.lineOf(first.path);
  return new TuttiError("WORKFLOW_INVALID", `${describe(origin, first)}${more}`, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    context: {
      file: origin.file,
      ...(line === undefined ? {} : { line }),
      field: fieldOf(first.path),
      problems: [first, ...others].slice(0, maxReported).map((problem) => describe(origin, problem)),
    },
  });
}

/** @throws {TuttiError} `WORKFLOW_INVALID` where there is a problem */
export function refuse(origin: Origin, problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw problemError(origin, [first, ...others]);
}

/** @param known - names of the options of the object at `path` */
export function issueProblems(issues: readonly z.core.$ZodIssue[], path: Path, known: readonly string[]): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const at = [...path, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (issue.code !== "unrecognized_keys") {
      const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
      return [{ path: at, message: isMissing ? "is missing" : ownWords(issue.message) }];
    }
    const options = at.length === path.length ? known : [];
    return issue.keys.map((key) => ({ path: [...at, key], message: "is no option", ...meant(key, options) }));
  });
}

/** zod's own sentences begin with "Invalid input: ". */
const ownWords = (message: string): string => message.replace(/^Invalid (input|option): (expected )?/, "must be ");

/** What options were called once. */
const renamed: ReadonlyMap<string, string> = new Map([["mustSucceed", "failures"]]);

/** @returns a hint with its present name, with the nearest one, or with all of them */
export function meant(written: string, names: readonly string[]): { readonly hint?: string } {
  const present = renamed.get(written);
  if (present !== undefined && names.includes(present)) return { hint: `It is called ${present} now` };
  const near = nearestName(written, names);
  if (near !== undefined) return { hint: `Did you mean ${near}?` };
  return names.length === 0 ? {} : { hint: `There is: ${names.join(", ")}` };
}
