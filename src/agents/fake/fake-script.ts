import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { errorCodes, TuttiError } from "../../domain/errors.ts";
import { failureClasses } from "../../domain/failure/failure-class.ts";

const count = z.int().nonnegative();
const files = z.record(z.string(), z.string());

const Failure = z.strictObject({
  class: z.enum(failureClasses),
  code: z.enum(errorCodes).exactOptional().describe("Default: the usual one of the class."),
  message: z.string().default("The script says so."),
  retryAfterMs: count.exactOptional(),
  resetAfterMs: count.exactOptional().describe("Becomes resetAt, counted from the moment of the failure."),
  times: count.exactOptional().describe("Only the first n requests for this answer fail. Default: all."),
});

const Usage = z.strictObject({
  inputTokens: count.default(100),
  outputTokens: count.default(20),
  cacheReadTokens: count.default(0),
  cacheWriteTokens: count.default(0),
  costUsd: z.number().nonnegative().nullable().default(0.001),
});

const AnswerFields = z.strictObject({
  delayMs: count.exactOptional().describe("Wait before anything else."),
  write: files.exactOptional().describe("Path in the slot to content."),
  append: files.exactOptional(),
  delete: z.array(z.string()).exactOptional(),
  asks: z
    .array(z.string())
    .exactOptional()
    .describe("Shell commands that a person or a rule has to allow first: nothing else does."),
  run: z.array(z.string()).exactOptional().describe("Shell commands, one after another, really run in the slot."),
  text: z.string().exactOptional().describe("The agent's last words. Default `done`."),
  result: z.json().exactOptional().describe("The structured result."),
  usage: Usage.exactOptional(),
  failure: Failure.exactOptional(),
  hang: z.boolean().exactOptional().describe("Do the rest of the answer's work and then never end."),
});

const Answer = AnswerFields.extend({
  again: AnswerFields.exactOptional().describe(
    "Answers the same task and attempt where the conversation already holds a prompt for it: after a resume, or a second turn.",
  ),
});

/**
 * What each prompt is answered with, found by the prompt's own lines `Tutti role|task|attempt: …`.
 *
 * Keys, most telling first: `<role>:<task>`, `<task>` (role `worker` or none), `/<regular expression on the prompt>/`, `<role>:*`, `*`. A list holds one answer for
 * each attempt, and its last one for all attempts after.
 */
export const FakeScript = z.strictObject({
  answers: z.record(z.string(), z.union([Answer, z.array(Answer).min(1)])),
  /** One line of JSON for each prompt that an agent took up. Absolute. Default beside the slot. */
  requestLog: z.string().exactOptional(),
});

export type FakeScript = z.input<typeof FakeScript>;
export type ReadyScript = z.output<typeof FakeScript>;
export type FakeAnswer = z.output<typeof AnswerFields>;
export type FakeUsage = z.output<typeof Usage>;

export const usualUsage: FakeUsage = Usage.parse({});

const invalid = (file: string, message: string): TuttiError =>
  new TuttiError("SCENARIO_INVALID", `${file}: ${message}`, { hint: "Correct the script of the fake agent." });

/** @throws {TuttiError} `SCENARIO_INVALID` */
export function parseFakeScript(value: unknown, file = "script"): ReadyScript {
  const parsed = FakeScript.safeParse(value);
  if (!parsed.success) throw invalid(file, z.prettifyError(parsed.error));
  return parsed.data;
}

/**
 * Reads a script in YAML or JSON.
 * @throws {TuttiError} `SCENARIO_INVALID`
 */
export async function readFakeScript(path: string): Promise<ReadyScript> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new TuttiError("SCENARIO_INVALID", `${path} can't be read.`, { cause });
  });
  try {
    return parseFakeScript(parse(text), path);
  } catch (thrown) {
    throw TuttiError.from(thrown, "SCENARIO_INVALID");
  }
}

export const promptLinesSchema = z.object({ role: z.string(), task: z.string(), attempt: z.int().positive() });
export type PromptLines = Readonly<z.infer<typeof promptLinesSchema>>;

const lineOf = (prompt: string, label: string): string | undefined =>
  new RegExp(`^Tutti ${label}:[ \\t]*(\\S.*?)[ \\t]*$`, "m").exec(prompt)?.[1];

export const hasPromptLines = (prompt: string): boolean =>
  ["role", "task", "attempt"].some((label) => lineOf(prompt, label) !== undefined);

export function readPromptLines(prompt: string): PromptLines {
  const attempt = Number(lineOf(prompt, "attempt"));
  return {
    role: lineOf(prompt, "role") ?? "worker",
    task: lineOf(prompt, "task") ?? "",
    attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : 1,
  };
}

const patternForm = /^\/(.*)\/$/s;

function isSaid(key: string, said: string): boolean {
  const pattern = patternForm.exec(key)?.[1];
  return pattern !== undefined && new RegExp(pattern, "m").test(said);
}

/**
 * The answer and the key that it stands under; `undefined` when the script has none.
 * @param said - the prompt, and what was said before it in the conversation
 */
export function findAnswer(
  { answers }: ReadyScript,
  { role, task, attempt }: PromptLines,
  said = "",
): { readonly key: string; readonly answer: z.output<typeof Answer> } | undefined {
  const patterns = Object.keys(answers).filter((key) => isSaid(key, said));
  const keys = [`${role}:${task}`, ...(role === "worker" ? [task] : []), ...patterns, `${role}:*`, "*"];
  const key = keys.find((each) => answers[each] !== undefined);
  const found = key === undefined ? undefined : answers[key];
  if (key === undefined || found === undefined) return undefined;
  const list = Array.isArray(found) ? found : [found];
  const answer = list[Math.min(attempt, list.length) - 1];
  return answer === undefined ? undefined : { key: `${key}#${Math.min(attempt, list.length)}`, answer };
}
