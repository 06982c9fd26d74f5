import { isCode, nameOf } from "../judged-work/path-kinds.ts";
import { wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import { sentences } from "./asked-for.ts";
import type { RuleFinding } from "./quality-rules.ts";

const file = String.raw`[\x60"']?(?:\.\/)?((?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.[A-Za-z][A-Za-z0-9]{0,7})[\x60"']?`;
const list = String.raw`${file.replace("((?:", "(?:(?:")}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)${file.replace("((?:", "(?:(?:")})*`;

/** Only where the file stands right behind the word for what is to be done, or behind "in" or "to" in the same breath. */
const orders: readonly RegExp[] = [
  String.raw`(?:^|,\s+|\band\s+|\bthen\s+|:\s+)(?:please\s+)?(?:add|write|create|implement|build|put|make|generate)\b[^.;\n]{0,90}?\s(?:in|into|to|as)\s+(?:the\s+)?(?:new\s+)?(?:file\s+)?(${list})`,
  String.raw`(?:^|,\s+|\band\s+|\bthen\s+|:\s+)(?:please\s+)?(?:write|create|extend|update|edit|rewrite|adapt|adjust|use\s+it\s+in|add)\s+(?:the\s+)?(?:new\s+)?(?:file\s+|module\s+)?(${list})`,
  String.raw`\b(?:rename|replace)\b[^.;\n]{0,60}?\s(?:in|throughout)\s+(?:the\s+)?(${list})`,
  String.raw`(?:^|\band\s+)(?:use|register|mention|list|note|describe|document|cover)\b[^.;\n]{0,60}?\sin\s+(?:the\s+)?(${list})`,
].map((pattern) => new RegExp(pattern, "gi"));

/** What is only to be read, or is there already. */
const aside =
  /\b(?:see|like|as in|such as|e\.g\.|example|for instance|based on|according to|following|compare|similar|instead of|reads?|already|do not|don['’]t|never|not|another task|other task|later)\b/i;

/** Why a file needed no change is for the agent to say; then a person or a gate may believe it or not. */
const excused =
  /\b(?:no|not|n['’]t|already|unchanged|untouched|instead|unnecessary|needless|remains?|stays?|moved|renamed|generated)\b/i;

/**
 * Files that the task tells the agent to write or to change, and that are as they were. Careful: a symptom that names a file
 * ("parser.ts crashes") may have its cause in another one, so only orders count.
 */
export function namedFilesUntouched(work: JudgedWork): readonly RuleFinding[] {
  const { task, changes, agentText } = work;
  if (changes.length === 0) return [];
  const named = [...new Set(sentences(wordsOf(work)).flatMap(orderedIn))];
  const isTouched = (path: string): boolean =>
    changes.some((one) => one.path === path || one.path.endsWith(`/${path}`) || path.endsWith(`/${one.path}`));
  const untouched = named.filter((path) => !isTouched(path) && !task.contextFiles.includes(path));
  const isExplained = (path: string): boolean =>
    sentences(agentText).some((said) => said.includes(nameOf(path)) && excused.test(said));
  return untouched
    .filter((path) => !isExplained(path))
    .slice(0, 5)
    .map((path) => ({
      code: "named-file-untouched",
      path,
      message: `The task tells to work on ${path}, and it is as it was. Do that, or say why it needs no change.`,
    }));
}

function orderedIn(sentence: string): readonly string[] {
  return orders.flatMap((order) =>
    [...sentence.matchAll(order)].flatMap(({ 0: whole, 1: files = "" }) =>
      aside.test(whole.slice(0, whole.length - files.length)) ? [] : filesIn(files),
    ),
  );
}

/** Products and properties look like files: `Node.js`, `task.title`. */
const filesIn = (files: string): readonly string[] =>
  [...files.matchAll(new RegExp(file, "g"))]
    .flatMap(({ 1: path = "" }) => path)
    .filter((path) => (isCode(path) || knownEnding.test(path)) && !product.test(path));

const knownEnding = /\.(?:md|mdx|rst|json|ya?ml|toml|css|scss|html?|txt|ini|cfg|conf|proto|graphql|xml|csv)$/i;
const product =
  /^(?:node|vue|next|nuxt|express|react|three|d3|chart|socket|discord|alpine|deno|asp)\.(?:js|io|net|ts)$/i;
