import { wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import { isTestFile } from "../judged-work/path-kinds.ts";
import { sentences } from "./asked-for.ts";
import type { RuleFinding } from "./quality-rules.ts";

const pathToken = /(?<![\w@])(?:\.{0,2}\/)?(?:[\w@.-]+\/)+[\w@.*-]*|(?<![\w@/])[\w@-][\w@.-]*\.[a-z][a-z0-9]{0,7}\b/gi;
const verb = "(?:change|modify|touch|edit|alter|update|rewrite|break)";
const keepOff = new RegExp(
  String.raw`\b(?:do not|don['’]t|never|must not|mustn['’]t|may not|should not|shouldn['’]t|without|no need to|not allowed to)\s+(?:be\s+)?(?:${verb}(?:d|ed)?|touching|chang(?:ing|ed)|modif(?:ying|ied)|edit(?:ing|ed))\b(.*)$`,
  "i",
);
const leaveAlone = /\b(?:leave|keep)\b(.*?)\b(?:alone|unchanged|untouched|as (?:it is|is|they are))\b/i;
const onlyThere = new RegExp(
  String.raw`\bonly\s+(?:the\s+)?(?:${verb}|touch|work|files?|in)\b(.*)$|\b${verb}\s+only\b(.*)$|\b(?:nothing|no (?:other )?files?|not|n['’]t)\b.{0,40}\boutside(?:\s+of)?\b(.*)$`,
  "i",
);

/** What the task itself says about files that are not to be touched. */
export function offLimits(work: JudgedWork): readonly RuleFinding[] {
  const said = sentences(wordsOf(work));
  const forbidden = said.flatMap((sentence) => tokens((keepOff.exec(sentence) ?? leaveAlone.exec(sentence))?.[1]));
  const allowed = said.flatMap((sentence) => tokens(onlyThere.exec(sentence)?.slice(1).join(" ")));
  const paths = work.changes.map(({ path }) => path);
  const strays = paths.filter(
    (path) =>
      forbidden.some((token) => covers(token, path)) || (allowed.length > 0 && !isAllowed(path, { allowed, work })),
  );
  return strays.slice(0, 5).map((path) => ({
    code: "against-the-task",
    path,
    message: `The task keeps ${path} out of this work, and it was changed. Put it back.`,
  }));
}

const isAllowed = (
  path: string,
  { allowed, work }: { readonly allowed: readonly string[]; readonly work: JudgedWork },
): boolean =>
  allowed.some((token) => covers(token, path)) || work.task.expectedOutputs.includes(path) || isTestFile(path);

/** Paths and names of files in a text. */
export const tokens = (text: string | undefined): readonly string[] =>
  [...(text ?? "").matchAll(pathToken)].map(([token]) => token.replace(/^\.?\//, "").replace(/[.,:;]+$/, ""));

/** A file by its path or its name, a folder with all in it. */
export function covers(token: string, path: string): boolean {
  const plain = token.replace(/\/?\*+.*$/, "").replace(/\/$/, "");
  return path === plain || path.startsWith(`${plain}/`) || (!plain.includes("/") && path.endsWith(`/${plain}`));
}

/** Links that lead out of the repository mean something else on every machine, and nothing good. */
export function linksOutside({ changes }: JudgedWork): readonly RuleFinding[] {
  return changes
    .filter(
      ({ kind, status, text, path }) => kind === "symlink" && status !== "deleted" && leadsOut(path, text?.after ?? ""),
    )
    .map(({ path }) => ({
      code: "link-outside",
      path,
      message: `${path} is a link that leads out of the repository. Take it away.`,
    }));
}

function leadsOut(path: string, target: string): boolean {
  const goal = target.trim();
  if (goal.startsWith("/") || goal.startsWith("~")) return true;
  let depth = path.split("/").length - 1;
  for (const part of goal.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "." && part !== "") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
