import { withoutLongBlanks } from "./claims.ts";

const admissions: readonly RegExp[] = [
  /\bi (?:(?:have|did|could|was|am|['’]ve) )?(?:not|n['’]t|unable to|not able to|haven['’]t|didn['’]t|couldn['’]t|wasn['’]t able to)\s+(?:yet |fully |completely |able to |quite )?(?:finish|complete|implement|get (?:to|around)|finished|completed|implemented|gotten)\b/i,
  /\bi(?:['’]ve| have)? (?:only )?(?:implemented|done|completed|finished|converted|migrated|handled|covered|written|fixed) (?:only )?(?:the )?(?:first|some|part|half|most)\b(?! of (?:this|it) (?:was|is))/i,
  /\b(?:the )?(?:rest|remainder|remaining \w+|remaining|others?|other \w+)(?: of (?:the|these|them) ?\w*)? (?:(?:still )?(?:need|needs|have|has|remain|remains|are|is)(?: still)? (?:to be |left |yet )|(?:can|should|could|will|must) (?:be )?(?:follow|done|implemented|added|completed|handled|filled|finished|converted|migrated|written)|follow(?:s)? the same|left (?:as|for|to|unimplemented|undone))/i,
  /\b(?:left|leaving) (?:the |these |those |it |them |that |some |a )?(?:\w+ ){0,4}(?:as (?:a |an )?(?:todos?|exercise|stubs?|placeholders?|follow-?up)|for (?:you|later|a follow|another|the next|future)|to you|unimplemented|unfinished|incomplete)\b/i,
  /\byou(?:['’]ll| will|['’]d| would)? (?:still )?(?:need|have) to (?:implement|complete|fill in|finish|write|add the (?:rest|remaining|actual|real))/i,
  /\b(?:ran|running) out of (?:time|tokens?|context|space|budget)\b|\b(?:due to|because of) (?:time|length|token|context|space|size)(?: \w+)? (?:limits?|limitations?|constraints?)\b|\bfor brevity\b/i,
  /\b(?:still|yet) (?:to be (?:done|implemented|written|completed)|need(?:s)? to be (?:implemented|written|completed|done))\b/i,
  /\b(?:partial(?:ly)?|incomplete|half[- ]finished|unfinished) (?:implementation|implemented|done|complete|work|migration|solution)\b/i,
  /\bi(?:['’]ve| have)? (?:stubbed|added (?:a )?(?:stubs?|placeholders?)|put (?:in )?(?:a )?placeholders?)\b/i,
  /\b(?:(?:the )?(?:rest|remainder|remaining(?: \w+){0,2}|others?|other \w+))\b.{0,50}?\b(?:follows? (?:\w+ )?(?:the same|this|that) (?:pattern|approach|way|structure)|(?:in|as|for) a (?:follow-?up|later|second|separate)\b|left (?:out|open)\b)/i,
  /\bi(?:['’]ve| have)? (?:laid (?:the |some )?(?:groundwork|foundations?)|only (?:had|got) (?:time|room|space)|gave up|given up|giving up|(?:had to )?stop(?:ped)? (?:here|at this point|halfway|before)|(?:had to )?abandon(?:ed)?\b)/i,
  /\b(?:i|we) (?:(?:have |had )?(?:could(?:n['’]t| not)|was(?:n['’]t| not) able to|am(?: not|n['’]t) able to|have(?:n['’]t| not) been able to|was unable to|can(?:['’]t|not)|did(?:n['’]t| not) manage to|failed to))\s+(?:\w+ly )?(?:find (?:a|any|the) (?:\w+ )?(?:solution|way|fix|cause|reason)|(?:figure|work) out|get (?:it|this|that|the .{1,40}?|\x60[^\x60]+\x60) (?:to|work|pass|compil|build|runn)\w*|fix|solve|resolve|make (?:it|this|that|the .{1,40}?) (?:work|pass|compile))\b/i,
  /\bso (?:it|this|that|they)(?:['’]s| is|['’]re| are| was)(?: not|n['’]t) (?:included|part of (?:it|this)|added|there)\b/i,
  /\bi(?:['’]ve| have)? (?:reverted|rolled back|undid|backed out)(?: all(?: of)?)? (?:my|the|these|those) (?:\w+ ){0,2}(?:changes?|edits?|work|attempts?)\b/i,
  /\b(?:it|this|that|which|tests?|specs?|build|suite|cases?|\d+ of (?:the )?\d+)\b.{0,40}?\bstill (?:fail(?:s|ing)?|red|broken|crash(?:es)?|do(?:es)?(?:n['’]t| not) (?:work|compile|pass|build))\b/i,
  /\b(?:is|are)(?: not|n['’]t) (?:yet )?(?:implemented|finished|done)\b/i,
  /\b(?:only|just) a (?:first|rough|partial|initial) (?:step|draft|version|cut|pass|attempt|sketch)\b|\b(?:this is|it['’]s) (?:only |just )?a (?:starting point|skeleton|first (?:step|draft|cut)|rough (?:draft|sketch))\b/i,
];

/** Somebody else's unfinished work, or what was there before. */
const notOurs =
  /\b(?:before|previously|was|were|used to|no longer|existing|upstream|original(?:ly)?|nothing|none|fixed|now|unrelated|out of scope|not part of|outside (?:of )?(?:the|this)|asked|requested|instructed|(?:later|separate|another|other|follow-up|next) tasks?|as (?:the task|you))\b/i;

const announcement =
  /^(?:ok(?:ay)?[,.]? |great[,.!]? |good[,.]? |perfect[,.!]? )?(?:now |next,? |then |first,? |finally,? )?(?:let me (?:now |also |first |next |then )?(?!know)|i(?:['’]ll| will) (?:now |next |also |then |first )?|i(?:['’]m| am) (?:now )?going to )(?:start|begin|create|write|add|update|implement|fix|run|check|look|read|examine|explore|continue|proceed|modify|make|work|move|test|verify|build|do|edit|refactor|finish|handle)\b/i;

/** A title above what was not done, with something below it. */
const openList =
  /^[\s#*_>-]*(?:remaining(?: (?:work|steps|items|tasks))?|still (?:to do|open|missing)|to[- ]?do|what(?:['’]s| is) (?:left|missing)|not (?:yet )?(?:done|finished|implemented)|left to do|outstanding|unfinished)\b[\s*_]*:[\s*_]*(?!\W*(?:none|nothing|n\/a|no\b|-\s*$))\S/im;
/** What follows the work is no part of it, unless the work itself is what follows. */
const nextSteps =
  /\bnext steps?\b[^\n:.]{0,30}:?[\s*_]*(?:(?:[-*•]|\d+[.)])\s*)?[*_\x60]*(?:implement|integrate|write the|finish|complete|fill in|wire (?:up|it)|convert|migrate the (?:rest|remaining|other)|add the (?:actual|missing|remaining|rest|tests?|logic|implementation))\b[^\n]*/i;
const isExtra =
  /\b(?:optional(?:ly)?|if (?:you|wanted|needed|desired)|could|might|consider|suggest|nice to have|in production|when you|out of scope|other task)/i;

const prose = (text: string): string => text.replaceAll(/^\s*(?:```|~~~)[\s\S]*?^\s*(?:```|~~~).*$/gm, "");

/**
 * What an agent's last words admit: a part is missing, was given up or taken back, or was announced and not done. It has not
 * kept that to itself, so it is asked to do it; what is only proposed, or is said of other work, passes.
 * @returns one sentence for the next prompt; `undefined` when nothing is said to be missing
 */
export function unfinished(text: string): string | undefined {
  const plain = prose(withoutLongBlanks(text));
  const said = plain
    .split(/(?<=[.!?:])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
  const admitted = said.find(isAdmission) ?? listed(plain);
  const announced = isAnnouncement(said.at(-1) ?? "") ? said.at(-1) : undefined;
  const found = admitted ?? announced;
  if (found === undefined) return undefined;
  const how = admitted === undefined ? "announced and not done" : "said to be missing";
  return `A part of the work is ${how}: "${found.slice(0, 200)}" Do it now, all of it.`;
}

/** Whose work it is may be said in the sentence after it: "That is the other task." */
function isAdmission(sentence: string, index: number, all: readonly string[]): boolean {
  // What is said in passing, in brackets, does not make it another sentence.
  const bare = sentence.replaceAll(/\s*\([^()]*\)/gu, "");
  if (!admissions.some((pattern) => pattern.test(bare) || pattern.test(sentence)) || notOurs.test(sentence))
    return false;
  const around = [all[index - 1] ?? "", all[index + 1] ?? ""].join(" ");
  return !explained.test(around);
}

const explained =
  /\b(?:(?:other|another|separate|next|later) tasks?|(?:both |they |it )?(?:failed|fails|was red|were red|red) (?:before|without|on main|on master|at the base)|before my change|pre-?existing|unrelated|out of scope|you said|you asked|as (?:asked|requested|instructed))\b/i;

function listed(plain: string): string | undefined {
  const found = openList.exec(plain) ?? nextSteps.exec(plain);
  if (found === null) return undefined;
  const piece = plain.slice(found.index, found.index + Math.max(found[0].length, 120)).trim();
  return isExtra.test(piece) ? undefined : piece.replaceAll(/\s+/gu, " ");
}

const isAnnouncement = (last: string): boolean =>
  announcement.test(last.replace(/^[\s*_>-]+/, "")) && !/\bif\b|\?|\bunless\b/i.test(last);
