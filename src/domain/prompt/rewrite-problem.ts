/** A model that explains at length is not saying it better. */
const maxGrowth = 4;
const leastRoom = 2_000;

/** What instructions can't do without, however they are put: code in backticks, and names of files. A long run of such letters is read once. */
const factPattern = /`[^`\n]+`|(?<![\w@.*-]|[\w@.*-]\/)(?:[\w@.*-]+\/)+[\w@.*-]*[\w*]|\b[\w-]{1,100}\.[a-z]\w{0,4}\b/g;

/** The prompt's own lines, by which a conversation is known. */
const headPattern = /^Tutti (?:role|task|attempt):/im;

/**
 * Why rewritten instructions can't stand for the original ones: one line; `undefined` when they can.
 * Only what can be checked without a model: nothing that was named may be gone.
 */
export function rewriteProblem(original: string, rewritten: string): string | undefined {
  if (rewritten.trim() === "") return "it wrote nothing";
  if (rewritten.length > Math.max(leastRoom, original.length * maxGrowth)) {
    return `it wrote ${rewritten.length} characters for ${original.length}`;
  }
  if (headPattern.test(rewritten) && !headPattern.test(original)) return "it wrote lines that are Tutti's own";
  const lost = [...new Set(original.match(factPattern))].filter((fact) => !rewritten.includes(bare(fact)));
  return lost.length === 0 ? undefined : `it left out ${lost.slice(0, 5).map(cut).join(", ")}`;
}

const maxShown = 120;

const cut = (fact: string): string => (fact.length > maxShown ? `${fact.slice(0, maxShown)}…` : fact);

const bare = (fact: string): string => fact.replaceAll("`", "");
