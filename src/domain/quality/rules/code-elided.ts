import { isCode, isForTests, isProse } from "../judged-work/path-kinds.ts";
import {
  addedOf,
  removedOf,
  wordsOf,
  type AddedLine,
  type ChangedFile,
  type JudgedWork,
} from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** What a comment begins with; `...` alone may be one, too. */
const opening = String.raw`(?:\/\/+|#+|\/\*+|\*|<!--|--|;;+|\{\/\*|"""|''')`;
const dots = String.raw`(?:\.{3}|…)`;
const thing =
  "(?:code|file|functions?|methods?|class|classes|implementation|logic|contents?|imports?|routes?|handlers?|cases?|tests?|fields?|props|styles|rules|config(?:uration)?|definitions?|exports?|lines?|body|component|module|script|section|stuff|parts?|setup|program|entries|keys|translations|options|settings|page|document|text)";
const same = String.raw`(?:unchanged|the same|same|as before|as is|as it was|omitted|identical|untouched|not shown|stays? the same|remains?(?: (?:the same|unchanged|as is|as before))?|goes here|continues?(?: (?:here|below|as before))?|above|below|here)`;
const end = String.raw`\s*[.)\]]*\s*(?:\*\/\s*\}?|-->|"""|''')?\s*$`;

const elisions: readonly RegExp[] = [
  String.raw`${opening}\s*[\[(<]?\s*(?:the\s+)?(?:rest|remainder) of (?:the |this |your |our )?(?:\w+ ){0,2}${thing}(?:\s*[,(:-]?\s*(?:(?:is|are|stays?|remains?)\s+)?${same})?\s*${dots}?${end}`,
  String.raw`${opening}\s*[\[(<]?\s*(?:the\s+)?(?:rest|remainder|remaining \w+|rest of .{1,30}?|(?:existing|previous|original|other|current|old|remaining) (?:\w+ )?${thing})\s*[,(:-]?\s*(?:(?:is|are|stays?)\s+)?${same}(?:\s+\w+){0,3}${end}`,
  String.raw`${opening}\s*[\[(<]?\s*${dots}\s*\(?\s*(?:(?:the\s+)?(?:rest|remainder|remaining|existing|previous|original|other|same|more|all other|unchanged|omitted|snip|truncated|continued?|continues|and so on|etc|keep|your)\b).*`,
  String.raw`${opening}\s*[\[(<]?\s*(?:rest of|remaining|other|more|existing|previous|original|same)\b[^"'\x60]{0,50}${dots}${end}`,
  String.raw`${opening}.*\b(?:unchanged|omitted|truncated|shortened|abbreviated|elided)\s+(?:for\s+(?:brevity|clarity|space)|from\s+(?:the\s+)?original)\b`,
  String.raw`${opening}.*\bfor brevity\b`,
  String.raw`${opening}\s*[\[(<]?\s*(?:same as (?:before|the original|in the original)|keep (?:the )?(?:existing|rest|original) ${thing}|no changes? (?:here|below)|unchanged)${end}`,
  String.raw`^\s*${dots}\s+\(?(?:(?:the )?rest of the|existing code|unchanged|remaining (?:code|functions?|methods?)|same as)\b`,
  String.raw`^\s*[\[(]\s*(?:${dots}\s*)?(?:the )?(?:rest|remainder) of (?:the )?(?:\w+ )?${thing}.{0,40}[\])]\s*$`,
  String.raw`${opening}\s*[\[(<]?\s*snip(?:ped)?[\])>]?${end}`,
].map((pattern) => new RegExp(pattern, "i"));

/** Words of "the rest of" something that is not code. */
const otherRest =
  /\b(?:rest of (?:the )?(?:world|week|day|line|array|list|args?|arguments|string|input|options|params|buffer|path|tokens?|stack|items|elements|row|query|url|message|bytes?|payload|values?|keys?|entries|request|response|pipeline|system|app(?:lication)?|team|repo(?:sitory)?|project|suite|page|words?|name|records?|chunks?|data|stream|frame|header|packet|sequence|queue|fields))\b|\brest (?:api|endpoint|client|parameter|element|props|args|server|service|call|pattern|controller|interface|operator)\b|\bremaining (?:time|items|elements|bytes|seconds|balance|budget|tokens?|arguments?|args|entries|capacity|quota|attempts|retries|chars?|characters|days|work|rows|tasks|requests|space|amount|values|keys|words|fields|input|path|length|stock|seats)\b/i;

/** Comments that stand where code should be. */
export function codeElided(work: JudgedWork): readonly RuleFinding[] {
  return work.changes
    .filter((file) => !isProse(file.path))
    .flatMap((file): readonly RuleFinding[] => {
      const before = new Set(removedOf(file).map((line) => line.trim()));
      const found = addedOf(file).find(({ text }) => isElision(text) && !before.has(text.trim()));
      if (found === undefined) return [];
      const message = `${file.path}:${found.number} says that code was left out. Write the whole file, with the code itself.`;
      return [{ code: "code-elided", path: file.path, message }];
    });
}

/** A quotation mark before it: a text of the program. */
const isElision = (line: string): boolean =>
  elisions.some((pattern) => {
    const at = pattern.exec(line)?.index;
    return at !== undefined && !otherRest.test(line) && !/["'`]/.test(line.slice(0, at));
  });

const stubs: readonly RegExp[] = [
  /\bthrow new \w*(?:Error|Exception)\(\s*["'`](?:[\w. ]*\b)?(?:not (?:yet )?implemented|unimplemented|todo)\b/i,
  /\bthrow new (?:NotImplemented(?:Error|Exception)|UnsupportedOperationException)\(\s*(?:["'`](?:todo|not )|\))/i,
  /\braise NotImplementedError\b(?!\s*\(\s*(?:f["']|["'](?!.*(?:implement|todo|yet)).))/i,
  /\b(?:todo!|unimplemented!)\s*\(/,
  /\bpanic\(\s*["'`](?:not (?:yet )?implemented|unimplemented|todo|implement me)/i,
  /\bTODO\(\s*(?:["'`]|\))/,
  /\berrors\.New\(\s*["'`](?:not (?:yet )?implemented|unimplemented)["'`]/i,
  new RegExp(
    String.raw`${opening}\s*(?:TODO|FIXME|XXX)\b[:\s(\w)-]{0,12}?\s*(?:implement|finish|complete|fill in|add (?:the )?(?:real|actual)|write (?:the )?(?:real|actual)?|real|actual)\b`,
    "i",
  ),
  new RegExp(
    String.raw`${opening}.*\b(?:(?:your|actual|real) (?:code|implementation|logic) (?:goes|here)|implementation (?:goes )?here|implement (?:me|this|it) later|(?:logic|code) goes here|placeholder implementation|stub implementation|dummy implementation)\b`,
    "i",
  ),
  new RegExp(
    String.raw`${opening}.*\b(?:simulat(?:e|es|ed|ing) (?:the |a |an )?(?:\w+ )?(?:network|api|call|request|response|server|database|query|fetch|upload|download)|in a real (?:app|application|implementation|system|project)\b.*\b(?:would|should|must|needs?|we|you)\b)`,
    "i",
  ),
];

const weakStubs: readonly RegExp[] = [
  new RegExp(String.raw`${opening}.*\b(?:TODO|FIXME|XXX|HACK)\b`),
  new RegExp(
    String.raw`${opening}.*\b(?:for now|in a real (?:app|application|implementation|system|world)|in production,? (?:this|you|we)|simplified|placeholder|hard-?coded|temporary|mock(?:ed)? (?:data|response)|dummy)\b`,
    "i",
  ),
];

/** Words of a task by which an unfinished piece may be what was wanted. */
const wantsStub =
  /\b(?:stubs?|skeletons?|scaffold\w*|placeholders?|abstract|interface|base class|not implemented|NotImplemented|unimplemented|todo|501|mock|simulat\w*|demo|prototype|fake|boilerplate|outline|protocol)\b/i;

/** Added code that says itself that it does not do its work. */
export function notImplemented(work: JudgedWork): readonly RuleFinding[] {
  const isWanted = wantsStub.test(wordsOf(work));
  return work.changes
    .filter(({ path }) => isCode(path) && !isForTests(path))
    .flatMap((file): readonly RuleFinding[] => {
      const lines = fresh(file, work);
      const found = isWanted ? undefined : lines.find((line) => matches(stubs, line) && !isAbstract(file, line));
      if (found !== undefined) {
        const message = `${file.path}:${found.number} says that something is not implemented. Implement it.`;
        return [{ code: "not-implemented", path: file.path, message }];
      }
      const weak = lines.find((line) => matches(weakStubs, line));
      if (weak === undefined) return [];
      return [
        {
          code: "todo-added",
          path: file.path,
          message: `${file.path}:${weak.number} says that something is left to do.`,
        },
      ];
    });
}

/** What stood somewhere before is not this attempt's. */
function fresh(file: ChangedFile, { changes }: JudgedWork): readonly AddedLine[] {
  const before = new Set(changes.flatMap(removedOf).map((line) => line.trim()));
  return addedOf(file).filter(({ text }) => !before.has(text.trim()));
}

const matches = (patterns: readonly RegExp[], { text }: AddedLine): boolean =>
  patterns.some((pattern) => pattern.test(text));

/** A method that a subclass has to write, or a branch that nothing may reach. */
function isAbstract({ text }: ChangedFile, { number, text: line }: AddedLine): boolean {
  const lines = text?.after.split("\n") ?? [];
  const around = lines.slice(Math.max(0, number - 8), number).join("\n");
  const heads = lines
    .slice(0, number)
    .filter((one) => /^\s*(?:export\s+)?(?:abstract\s+)?(?:class|interface|trait)\b/.test(one));
  const head = heads.at(-1) ?? "";
  return (
    /@abstractmethod|@abc\.|\babstract\b/.test(around) ||
    (/raise NotImplementedError/.test(line) && /\b(?:ABC|Protocol|Abstract\w*|Base\w*|\w+Base)\b/.test(head))
  );
}
