import type { DecisionExplanation } from "../../domain/decide/explain-decision.ts";
import type { FeedbackEntry, Finding } from "../../domain/feedback/analyze.ts";
import { taskKind } from "../../domain/feedback/task-kind.ts";
import { asAttemptId, asTaskId } from "../../domain/ids.ts";
import type { AttemptDecision, DecisionAction } from "../../domain/model.ts";
import type { StateContext } from "../context.ts";
import { decisionOfText, explanationOfText, templateFromText } from "./decision-rows.ts";
import { specFromRow } from "../rows.ts";

/** What a project's attempts came to: collected from decisions, outcomes and ratings, which are written with what they are about. */
export class Feedback {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Of the newest decisions, at most `limit`; the oldest first. */
  async entries(limit = 1_000): Promise<readonly FeedbackEntry[]> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("decisions")
        .innerJoin("attempts", "attempts.id", "decisions.attempt_id")
        .innerJoin("tasks", "tasks.id", "decisions.task_id")
        .leftJoin("outcomes", "outcomes.attempt_id", "decisions.attempt_id")
        .select(["decisions.seq", "decisions.at", "decisions.task_id", "decisions.attempt_id", "decisions.decision"])
        .select(["decisions.explanation", "attempts.model", "tasks.spec", "outcomes.held"])
        .select((eb) => [
          eb
            .selectFrom("prompts")
            .select("prompts.template")
            .whereRef("prompts.attempt_id", "=", "decisions.attempt_id")
            .orderBy("prompts.at")
            .limit(1)
            .as("template"),
          eb
            .selectFrom("ratings")
            .select("ratings.stars")
            .whereRef("ratings.attempt_id", "=", "decisions.attempt_id")
            .orderBy("ratings.seq", "desc")
            .limit(1)
            .as("stars"),
          eb
            .selectFrom("ratings")
            .select("ratings.note")
            .whereRef("ratings.attempt_id", "=", "decisions.attempt_id")
            .orderBy("ratings.seq", "desc")
            .limit(1)
            .as("note"),
        ])
        .orderBy("decisions.seq", "desc")
        .limit(limit)
        .execute(),
    );
    // The last decision on an attempt is what it came to; those before it were on the way.
    const last = new Map(rows.toReversed().map((row) => [row.attempt_id, row]));
    return [...last.values()].flatMap(entryOf);
  }
}

type JoinedRow = {
  readonly at: number;
  readonly task_id: string;
  readonly attempt_id: string;
  readonly decision: string;
  readonly explanation: string | null;
  readonly model: string | null;
  readonly spec: string;
  readonly held: number | null;
  readonly template: string | null;
  readonly stars: number | null;
  readonly note: string | null;
};

function entryOf(row: JoinedRow): readonly FeedbackEntry[] {
  const decision = decisionOfText(row.decision);
  if (!saysSomething(decision)) return [];
  const { action, failureClass } = decision;
  return [
    {
      taskId: asTaskId(row.task_id),
      attemptId: asAttemptId(row.attempt_id),
      at: row.at,
      model: row.model ?? undefined,
      template: row.template === null ? undefined : templateFromText(row.template),
      kind: taskKind(specFromRow(row)),
      action,
      failureClass,
      // A person may have let through what was asked about.
      isGood: row.held === null ? action === "accept" : row.held === 1,
      findings: findingsOf(action, row.explanation === null ? undefined : explanationOfText(row.explanation), row),
      ...(row.stars === null ? {} : { stars: row.stars }),
      ...(row.note === null ? {} : { note: row.note }),
    },
  ];
}

const onTheWay: ReadonlySet<DecisionAction> = new Set(["clarify", "pause"]);

/** The network, a death or a quota say nothing about the agent; what was replayed was made by another attempt. */
function saysSomething({ action, countsAsAttempt, replayMiss }: AttemptDecision): boolean {
  if (onTheWay.has(action) || replayMiss !== undefined) return false;
  return action !== "retry" || countsAsAttempt;
}

function findingsOf(
  action: DecisionAction,
  explanation: DecisionExplanation | undefined,
  { held }: JoinedRow,
): readonly Finding[] {
  const own = explanation?.findings ?? [];
  if (action === "bounce") return [...own, { code: "merge:bounced", message: "It did not hold on the merged tree." }];
  const isTakenBack = action === "accept" && held === 0;
  return isTakenBack ? [...own, { code: "not-held", message: "It was accepted, and did not hold." }] : own;
}
