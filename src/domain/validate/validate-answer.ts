import { z } from "zod";

import type { JsonObject, Json } from "../json.ts";
import type { AnswerRule } from "./answer-rules.ts";
import { claimsOf, type FileClaim } from "./claims.ts";
import { claimsOfResult } from "./result-claims.ts";
import { unfinished } from "./unfinished-work.ts";

/** What the agent said, and what is known of the files that it speaks of. */
export type AnswerFacts = {
  /** The agent's last words. */
  readonly text: string;
  /** The model stopped at its limit. */
  readonly isTruncated: boolean;
  readonly result?: Json;
  /** JSON Schema; absent: none was asked for. */
  readonly resultSchema?: JsonObject;
  readonly changes: readonly { readonly path: string; readonly status: "added" | "modified" | "deleted" }[];
  /** Whether files may stay as they are: the task asks for an answer. */
  readonly isAnswerOnly: boolean;
  /** Of the paths that the text names: those that are there, in the snapshot or in the slot beside it. */
  readonly present: ReadonlySet<string>;
  /** Of those that are there: left out of snapshots, so that nobody knows whether they were changed. */
  readonly ignored: ReadonlySet<string>;
  /** Whether a test was added or changed anywhere. */
  readonly hasTestChange: boolean;
  /** How many tests were added; absent where that can't be counted, as in a table of cases. */
  readonly testsAdded?: number;
  /** Whether a name stands nowhere in the changed files; absent where they can't all be read. */
  readonly isMissing?: (name: string) => boolean;
  readonly rules: Readonly<Partial<Record<AnswerRule, boolean>>>;
};

export type AnswerProblem = { readonly code: AnswerRule; readonly message: string };

/**
 * Is it an answer, is it whole, and is it true as far as files tell? Without a model, and careful: what might be meant
 * otherwise passes, because a false alarm costs an attempt.
 */
export function validateAnswer(facts: AnswerFacts): readonly AnswerProblem[] {
  const problems = checks.flatMap((check) => check(facts));
  return problems.filter(({ code }) => facts.rules[code] !== false);
}

type Check = (facts: AnswerFacts) => readonly AnswerProblem[];

const checks: readonly Check[] = [truncated, failed, refused, asked, undone, result, falseClaims];

function truncated(facts: AnswerFacts): readonly AnswerProblem[] {
  const how = howTruncated(facts);
  if (how === undefined) return [];
  return [
    { code: "truncated-answer", message: `The answer was cut off: ${how}. Finish the work, and then say so briefly.` },
  ];
}

/** A structured answer says by its schema whether it is whole. */
function howTruncated({ text, isTruncated, result: structured }: AnswerFacts): string | undefined {
  if (isTruncated) return "the model reached its limit";
  const end = text.trimEnd();
  if (structured !== undefined || end === "") return undefined;
  const fences = end.match(/^\s*(?:```|~~~)/gm) ?? [];
  if (fences.length % 2 === 1) return "a code block is open at its end";
  const last = end.slice(end.lastIndexOf("\n") + 1);
  return end.length >= shortestProse && isCutSentence(last) ? "it ends in the middle of a sentence" : undefined;
}

const shortestProse = 40;

/** Words and signs after which something has to come. A list or a table may end with anything. */
const isCutSentence = (line: string): boolean =>
  !/^\s*(?:\||>)/.test(line) && (openEnd.test(line.trimEnd()) || /^[^`]*`[^`]*$/.test(line));

const openEnd =
  /(?:[,;(]|\s[-–—]|\.{3}|…|\b(?:the|a|an|and|or|but|of|to|with|for|from|by|because|that|which|into|on|at|as|than|while|where|who|whose|is|are|was|were|has|have|had|be|been|its|their|your|our|my|these|those|if|when|such as|i|we|then|also|should|would|could|can|will|not|only|including|between|about|before|without|within|using|both|each|every|any|more|very))$/i;

const refusal =
  /\b(?:i(?:['’]m| am)(?: very)? sorry,?(?: but)?\s+i|unfortunately,? i|i)\s+(?:can(?:['’]t|not| not)|won['’]t|will not|am not able to|am unable to|['’]m not able to|['’]m unable to|must (?:decline|refuse)|have to decline|decline to|refuse to)\s*(?:\w+\s+){0,3}?(?:help|assist|comply|fulfil?l|proceed|continue|complete|do|perform|carry|implement|provide|create|write|make|generate|modify|edit|access|share)?\b/i;
const hardRefusal =
  /\b(?:can(?:['’]t|not| not)|won['’]t|will not|unable to|not able to|not comfortable)\s+(?:help(?:ing)?|assist(?:ing)?|comply(?:ing)?)\b(?: you)? ?(?:with)?|\bi (?:must|have to) (?:decline|refuse)\b|\bi(?:['’]m| am) not (?:able|allowed|permitted) to (?:help|assist|do (?:this|that))|\bagainst my (?:guidelines|policy|policies)|\bas an ai\b.{0,60}\b(?:can(?:no|['’])t|unable)/i;

/** The agent's program, or a tool, has the last word: whatever came before it was not brought to an end. */
function failed({ text }: AnswerFacts): readonly AnswerProblem[] {
  const last =
    text
      .trimEnd()
      .split(/\n\s*\n/u)
      .at(-1)
      ?.trim() ?? "";
  if (!errorsOfServers.test(last) && !(errorLine.test(last) && errorSign.test(last))) return [];
  const message = `The answer ended with an error: "${last.slice(0, 200)}" Look at what is there, and finish the work.`;
  return [{ code: "error-as-answer", message }];
}

const errorsOfServers =
  /^(?:\W*API Error\b[^`]*\{\s*"|\W*API Error\b(?![^\n]*\b(?:no longer|now|is|are)\b)[^`\n]{0,160}$|(?:Claude AI )?usage limit reached\b|Prompt is too long\b|Credit balance is too low\b|Invalid API key\b|Connection error\.?$|Request (?:was aborted|timed out)\.?$|\[Request interrupted\b|Execution error\.?$|\{\s*"type"\s*:\s*"error"|\{\s*"error"\s*:)/i;
/** One line alone, as programs print it. */
const errorLine = /^(?:\w*Error|\w*Exception|error|fatal|panic|npm ERR!|(?:ba|z)?sh|Command failed)\b[:( ][^\n]*$/i;
const errorSign =
  /\b(?:ENO|ECONN|ETIME|EPIPE|EACC|EAI_|EMFILE|EPERM|EBUSY|EHOST|ENET)\w*\b|\b[45]\d\d\b|\btimed? ?out\b|\b(?:rate|usage|context) limit|overloaded|quota|\baborted\b|connection (?:closed|refused|reset|lost)|unavailable|no space left|too long|limit exceeded|\bterminated\b|\binterrupted\b|command not found|permission denied|no such file/i;

/** After real work only what refuses the whole counts: "I can't run the tests here" is no refusal. */
function refused({ text, changes, isAnswerOnly }: AnswerFacts): readonly AnswerProblem[] {
  const opening = text.trimStart().slice(0, 400);
  const hasWork = changes.length > 0;
  const is = hardRefusal.test(opening) || (!hasWork && !isAnswerOnly && refusal.test(opening));
  if (!is) return [];
  return [
    {
      code: "refusal-instead-of-work",
      message: `The task was refused: "${firstSentence(opening)}" Do it, or say in the result what stands in the way.`,
    },
  ];
}

const firstSentence = (text: string): string =>
  (/^.{0,200}?[.!?](?=\s|$)/su.exec(text)?.[0] ?? text.slice(0, 200)).replaceAll(/\s+/g, " ");

const question =
  /\b(?:which|what|should|shall|would|do|does|could|can|may|is|are|where|how)\b[^?\n]*\?|\bplease (?:confirm|clarify|specify|advise|choose|decide|provide|let me know)\b|\blet me know (?:which|what|how|whether|if you(?:['’]d| would)? (?:prefer|want me to (?:go|use|proceed|continue)))/i;
const waiting =
  /\b(?:before (?:i|we) (?:can )?(?:proceed|continue|go on|start|begin|implement|make|write|finish|move)|(?:i|we)(?:['’]ll| will)? (?:wait|hold off|pause)|waiting for (?:your|confirmation|an answer|clarification)|(?:and|then|so) i(?:['’]ll| will| can) (?:then )?(?:proceed|continue|go ahead|implement|finish|do|complete|make|write|start|add)|once (?:you|i (?:know|have))|(?:i|we) need (?:to know|your|more information|clarification|you to)|awaiting (?:your|confirmation)|until you)/i;

/** A polite end: nothing waits for its answer. */
const offer =
  /\b(?:also|as well|too|commit|push|pull request|pr|additional(?:ly)?|further|next|another|else|anything|later|besides|in addition|follow[- ]?up)\b|\bhow (?:does|do) (?:this|that|it) (?:look|sound)|\bwhat do you think\b/i;
const choice =
  /^(?:\W*(?:so|but|and|now|one question|question|first)\W+)?(?:which|what|where|how|who)\b.*\?|^(?:\W*(?:so|but|and|now)\W+)?(?:should|shall|do|would|is|are|does)\b.*\bor\b.*\?/i;

/** "Shall I go ahead?" asks for leave to do what the task has asked for already. */
const leave =
  /\b(?:(?:shall|should|may|can|could) i|(?:do|would) you (?:like|want) me to|want me to|is it (?:ok(?:ay)?|fine|all right) (?:if i|to)|(?:let me know|tell me|say) (?:if|whether|when) (?:i (?:should|can|may)|you(?:['’]d| would)? (?:like|want) me to)|i(?:['’]m| am) ready to|ready (?:to|when))\b.{0,40}?\b(?:go ahead|proceed|continue|carry on|move forward|get started|(?:implement|apply) (?:it|this|these|them)(?!\s+(?:to|for|in))|(?:start|begin|implement|finish|complete|apply|make|do|write|convert|migrate) (?:with )?(?:the (?:rest|remaining|others?|actual|changes?|fix|implementation|work|edits?|migration|code)))\b/i;

/** With work done, it has to wait for the answer as well, or end with a choice that is not its own: an offer is no question. */
function asked({ text, changes, isAnswerOnly }: AnswerFacts): readonly AnswerProblem[] {
  const end = text.trimEnd().slice(-700);
  if (isAnswerOnly || changes.length === 0) return [];
  const last = end.split(/(?<=[.!?:])\s+|\n+/u).findLast((sentence) => sentence.trim() !== "") ?? "";
  const isChoice = choice.test(last.replace(/^[\s*_>-]+/, "")) && !offer.test(last);
  const isLeave = leave.test(last) && !offer.test(last);
  if (!isChoice && !isLeave && !(question.test(end) && waiting.test(end))) return [];
  const message = "The work waits for an answer. Nobody is there to give one: decide yourself and finish it.";
  return [{ code: "question-instead-of-work", message }];
}

function undone({ text, isAnswerOnly }: AnswerFacts): readonly AnswerProblem[] {
  const message = isAnswerOnly ? undefined : unfinished(text);
  return message === undefined ? [] : [{ code: "unfinished-work", message }];
}

/** The agent's own program may have checked it; an older one, or another, may not. */
function result({ result: value, resultSchema }: AnswerFacts): readonly AnswerProblem[] {
  if (resultSchema === undefined) return [];
  const schema = schemaOf(resultSchema);
  if (schema === undefined) return [];
  if (value === undefined) return [invalidResult("there is none")];
  const parsed = schema.safeParse(value);
  const [issue] = parsed.error?.issues ?? [];
  return issue === undefined ? [] : [invalidResult(`${issue.path.join(".") || "the whole"}: ${issue.message}`)];
}

const invalidResult = (what: string): AnswerProblem => ({
  code: "result-invalid",
  message: `The structured result is not what the schema asks for: ${what}.`,
});

/** A schema that can't be read says nothing about the answer. */
function schemaOf(schema: JsonObject): z.ZodType | undefined {
  try {
    return z.fromJSONSchema({ ...schema });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function falseClaims(facts: AnswerFacts): readonly AnswerProblem[] {
  const { files: said, addedTests, testCount, names } = claimsOf(facts.text);
  const files = [...said, ...claimsOfResult(facts.result)];
  const lies = files.flatMap(({ what, path }) => (isFalse({ what, path }, facts) ? [says[what](path)] : []));
  const tests = addedTests && !facts.hasTestChange ? ["It says that tests were added, and no test was."] : [];
  const few =
    tests.length === 0 && testCount !== undefined && facts.testsAdded !== undefined && testCount > facts.testsAdded
      ? [`It says that ${testCount} tests were added, and ${facts.testsAdded} were.`]
      : [];
  const missing = names
    .filter((name) => facts.isMissing?.(name) === true)
    .map((name) => `It says that ${name} was added, and it is nowhere in the changed files.`);
  return [...lies, ...tests, ...few, ...missing].slice(0, 5).map((message) => ({ code: "claim-false", message }));
}

const says: Readonly<Record<FileClaim["what"], (path: string) => string>> = {
  made: (path) => `It says that ${path} was written, and it is not among the changes.`,
  changed: (path) => `It says that ${path} was changed, and it is as it was.`,
  there: (path) => `Its result names ${path}, which is not there.`,
  deleted: (path) => `It says that ${path} was deleted, and it is still there.`,
};

function isFalse({ what, path }: FileClaim, { changes, present, ignored }: AnswerFacts): boolean {
  if (what === "there") return !present.has(path) && !changes.some((file) => file.path === path);
  if (what === "deleted") return path.includes("/") && present.has(path) && !changes.some((file) => file.path === path);
  // A name alone may stand for a file in any folder.
  const document = new RegExp(`(?:^|/)${path}(?:\\.|$)`, "i");
  if (/^(?:README|CHANGELOG)$/.test(path)) return !changes.some((file) => document.test(file.path));
  const isChanged = changes.some(
    (file) => file.path === path || file.path.endsWith(`/${path}`) || path.endsWith(`/${file.path}`),
  );
  return !isChanged && !ignored.has(path);
}
