import { features } from "./pattern-features.ts";
import { patternNames, scenarios, type PatternName, type Way } from "./ways.ts";

export type Reason = {
  /** The goal's own words. */
  readonly words: string;
  /** What they show, a clause. */
  readonly shows: string;
  readonly weight: number;
};

export type ScoredWay = {
  readonly way: Way;
  /** For which scenario it is. */
  readonly scenario: string;
  /** Sum of the weights of its reasons. */
  readonly score: number;
  readonly reasons: readonly Reason[];
};

export type Advice = ScoredWay & {
  /** `clear`: far ahead. `close`: another one has nearly as much for it. `unsure`: hardly anything speaks for it. */
  readonly confidence: "clear" | "close" | "unsure";
  /** Why one agent may do better than many; empty where nothing says so. */
  readonly oneAgent: readonly string[];
  /** Patterns that something else speaks for, the strongest first. */
  readonly runnersUp: readonly ScoredWay[];
};

/** So many words hold one thing to do, as a rule. */
const shortGoalWords = 14;
const mostRunnersUp = 3;
/** Ahead by less is no lead. */
const clearLead = 2;
const unsureBelow = 2;

/**
 * Which way fits a goal, by the goal's words alone: the catalogue's table of scenarios, made of features that are named. No model is asked.
 */
export function advise(goal: string): Advice {
  const text = goal.trim().replaceAll(/\s+/g, " ");
  const scored = patternNames.map((way) => scoreOf(text, way)).toSorted((a, b) => b.score - a.score);
  const one = scoreOf(text, "one-agent");
  const [best] = scored;
  const bestPattern = best === undefined || best.score === 0 ? undefined : best;
  const chosen = chooseWay(text, bestPattern, one);
  const others = scored.filter(({ way, score }) => score > 0 && way !== chosen.way);
  return {
    ...chosen,
    confidence: confidenceOf(chosen, [...others, ...(chosen.way === "one-agent" ? [] : [one])]),
    oneAgent: oneAgentReasons(text, chosen, one),
    runnersUp: others.slice(0, mostRunnersUp),
  };
}

function scoreOf(text: string, way: PatternName | "one-agent"): ScoredWay {
  const reasons = features
    .filter((feature) => feature.way === way)
    .flatMap(({ form, shows, weight }) => {
      const words = form.exec(text)?.[0].trim();
      return words === undefined ? [] : [{ words, shows, weight }];
    });
  return { way, scenario: scenarios[way], score: reasons.reduce((sum, { weight }) => sum + weight, 0), reasons };
}

/** One agent unless something speaks for more: dividing has a price, and what is small or coupled doesn't earn it back. */
function chooseWay(text: string, best: ScoredWay | undefined, one: ScoredWay): ScoredWay {
  const isShort = text.split(" ").length <= shortGoalWords;
  if (best !== undefined && best.score > one.score && best.score >= unsureBelow) return best;
  if (one.score > 0 || isShort) return one;
  return best ?? { way: "plan", scenario: scenarios.plan, score: 0, reasons: [] };
}

function confidenceOf({ score, way }: ScoredWay, others: readonly ScoredWay[]): Advice["confidence"] {
  if (way === "plan" || score < unsureBelow) return "unsure";
  const next = Math.max(0, ...others.map((other) => other.score));
  return score - next >= clearLead ? "clear" : "close";
}

/** Patterns in which no two agents work on the same thing at the same time lose nothing by cooperating. */
const cooperating: readonly Way[] = ["fan-out", "supervisor", "plan"];

/**
 * The numbers: two cooperating agents had 30 % less success than one that does both (CooperBench, arXiv 2601.13295); coordination
 * brought losses where a single agent already succeeds in more than 45 % of cases (arXiv 2512.08296).
 */
function oneAgentReasons(text: string, { way }: ScoredWay, one: ScoredWay): readonly string[] {
  const said = one.reasons.map(({ words, shows }) => `"${words}": ${shows}`);
  if (way === "one-agent") {
    return [
      ...said,
      ...(text.split(" ").length <= shortGoalWords ? ["the goal is short and names one thing"] : []),
      "where one agent succeeds in more than about 45 % of cases, dividing the work costs more than it brings",
    ];
  }
  if (said.length === 0 && !cooperating.includes(way)) return [];
  return [
    ...said,
    "agents that have to agree on the same code do about 30 % worse than one: divide only what touches different files",
  ];
}
