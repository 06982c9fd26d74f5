import type { FailureClass } from "../failure/failure-class.ts";
import type { AttemptId, TaskId } from "../ids.ts";
import type { DecisionAction } from "../model.ts";
import type { TaskKind } from "./task-kind.ts";
import { wilsonInterval, type Interval } from "./wilson.ts";

/** Something that was found wrong with work. */
export type Finding = {
  /** `gate:lint`, `tests-deleted`, `no-work`, `merge:bounced`: what makes two findings the same. */
  readonly code: string;
  readonly message: string;
};

/** An attempt that says something about who made it: the network and the quota do not count. */
export type FeedbackEntry = {
  readonly taskId: TaskId;
  readonly attemptId: AttemptId;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly model: string | undefined;
  readonly template: string | undefined;
  readonly kind: TaskKind;
  readonly action: DecisionAction;
  readonly failureClass: FailureClass | undefined;
  /** It was accepted and, as far as one knows, has held. */
  readonly isGood: boolean;
  readonly findings: readonly Finding[];
  /** A person's, 1 to 5. */
  readonly stars?: number;
  readonly note?: string;
};

export const feedbackGroupings = ["model", "class", "kind", "template"] as const;
export type FeedbackGrouping = (typeof feedbackGroupings)[number];

export type FeedbackGroup = {
  readonly key: string;
  readonly attempts: number;
  /** Accepted and held; for failure classes: attempts that ended like that. */
  readonly count: number;
  /** Of `attempts`. */
  readonly rate: number;
  readonly interval: Interval;
  /** Of those that a person has rated. */
  readonly meanStars?: number;
  /** The most frequent first. */
  readonly findings: readonly CountedFinding[];
};

export type CountedFinding = Finding & { readonly count: number };

const maxFindings = 3;

/** What a project's attempts came to, by what they have in common; the group with most attempts first. */
export function analyzeFeedback(entries: readonly FeedbackEntry[], by: FeedbackGrouping): readonly FeedbackGroup[] {
  if (by === "class") return byClass(entries);
  const groups = Map.groupBy(entries, keys[by]);
  return [...groups]
    .map(([key, own]) => groupOf(key, own, { attempts: own.length, count: own.filter(({ isGood }) => isGood).length }))
    .toSorted((a, b) => b.attempts - a.attempts || a.key.localeCompare(b.key));
}

const keys: Readonly<Record<Exclude<FeedbackGrouping, "class">, (entry: FeedbackEntry) => string>> = {
  model: ({ model }) => model ?? "(unknown)",
  kind: ({ kind }) => kind,
  template: ({ template }) => template ?? "(unknown)",
};

function byClass(entries: readonly FeedbackEntry[]): readonly FeedbackGroup[] {
  const failed = entries.filter(({ isGood }) => !isGood);
  const groups = Map.groupBy(failed, ({ failureClass }) => failureClass ?? "(none)");
  return [...groups]
    .map(([key, own]) => groupOf(key, own, { attempts: entries.length, count: own.length }))
    .toSorted((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}

function groupOf(
  key: string,
  entries: readonly FeedbackEntry[],
  { attempts, count }: { readonly attempts: number; readonly count: number },
): FeedbackGroup {
  const stars = entries.flatMap((entry) => entry.stars ?? []);
  const sum = stars.reduce((total, one) => total + one, 0);
  return {
    key,
    attempts,
    count,
    rate: attempts === 0 ? 0 : count / attempts,
    interval: wilsonInterval(count, attempts),
    ...(stars.length === 0 ? {} : { meanStars: sum / stars.length }),
    findings: frequentFindings(entries).slice(0, maxFindings),
  };
}

/** Each once for an attempt, with the newest message; the most frequent first. */
export function frequentFindings(entries: readonly FeedbackEntry[]): readonly CountedFinding[] {
  const counted = new Map<string, CountedFinding>();
  for (const { findings } of entries.toSorted((a, b) => a.at - b.at)) {
    for (const [code, { message }] of new Map(findings.map((finding) => [finding.code, finding]))) {
      counted.set(code, { code, message, count: (counted.get(code)?.count ?? 0) + 1 });
    }
  }
  return [...counted.values()].toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}
