import { claimsDone, type ClaimedConstruct } from "../../validate/claimed-constructs.ts";
import type { ChangedFile, JudgedWork } from "../judged-work/changed-file.ts";
import { isProse } from "../judged-work/path-kinds.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isComment } from "./test-cases.ts";

/** The agent says by what means it works now, and nothing in the changed files is such a thing. */
export function constructsMissing(work: JudgedWork): readonly RuleFinding[] {
  const files = work.changes.filter(({ status }) => status !== "deleted");
  const first = files.find(({ path }) => !isProse(path));
  // Where something could not be read, it may stand there.
  if (first === undefined || files.some(({ text }) => text === undefined)) return [];
  const code = files.map(codeOf).join("\n");
  const missing = claimsDone(work.agentText).filter(({ isIn }) => !isIn(code));
  return missing.slice(0, 3).map((one) => ({ code: "claim-unfounded", path: first.path, message: said(one) }));
}

const said = ({ what }: ClaimedConstruct): string =>
  `The answer says that there is ${what} now, and nothing in the changed files is one. Do what you said, or say what you did.`;

/** Without what only people read: a comment is as easily written as an answer. */
const codeOf = ({ path, text }: ChangedFile): string =>
  [
    path,
    ...(text?.after ?? "")
      .replaceAll(/(?<=^|\s)\/\*[\s\S]*?\*\//gm, "")
      .split("\n")
      .map(withoutComment),
  ].join("\n");

const withoutComment = (line: string): string =>
  isComment(line) || /^\s*\*\s/.test(line) ? "" : line.replace(/\s(?:\/\/|#|--)\s.*$/, "");
