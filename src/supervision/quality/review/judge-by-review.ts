import { z } from "zod";

import type { GateResult } from "../../../domain/evidence.ts";
import type { StageVerdict } from "../../../domain/quality/quality-report.ts";
import { judgedStage, unjudgedStage, type QualitySettings } from "../../../domain/quality/quality-settings.ts";
import type { JudgedWork } from "../../../domain/quality/judged-work/changed-file.ts";
import { judgeOpinion } from "../../../domain/quality/review/judge-opinion.ts";
import { reviewOpinionSchema } from "../../../domain/quality/review/review-opinion.ts";
import type { Supervisor, SupervisorQuestion } from "../../supervisor.ts";
import { reviewPrompt, reviewRubric, type ShownFile } from "./review-prompt.ts";
import { charactersPerToken } from "./text-room.ts";

export type ReviewRequest = {
  /** Absent: no model supervises. */
  readonly supervisor?: Supervisor | undefined;
  readonly about: SupervisorQuestion["about"];
  /** The change as text, redacted; asked for only when the model is. */
  readonly change: () => Promise<string>;
  /** Files that the task speaks of and that were not changed, redacted; asked for only when the model is. */
  readonly files: () => Promise<readonly ShownFile[]>;
  readonly work: JudgedWork;
  readonly gates: readonly GateResult[];
  readonly settings: QualitySettings;
  /** What the rules have found. */
  readonly ruled: readonly StageVerdict[];
  readonly signal: AbortSignal;
};

/**
 * Asks the supervisor's model whether the work is what was asked for, requirement by requirement. What it finds unmet refuses the work;
 * what it can't tell, or what rules see no ground for, leaves the stage passed with doubts.
 */
export async function judgeByReview(request: ReviewRequest): Promise<StageVerdict> {
  const { settings, supervisor, about, work, gates, ruled, signal } = request;
  const limits = settings.stages["review"];
  const why = reasonNotToAsk(request);
  if (why !== undefined || supervisor === undefined) return unjudgedStage("review", why ?? noSupervisor, limits);
  const [change, files] = await Promise.all([request.change(), request.files()]);
  const schema = opinionJsonSchema();
  const room = supervisor.promptTokens * charactersPerToken - JSON.stringify(schema).length - reviewRubric.length;
  const prompt = reviewPrompt({ work, gates, ruled, change, files, room: Math.max(0, room - marginCharacters) });
  if (change !== "" && prompt.hiddenCharacters >= change.length)
    return { ...unjudgedStage("review", noRoom, limits), doubts: [`No review saw the change: ${noRoom}`] };
  const answer = await supervisor.ask({
    purpose: "review",
    about,
    system: reviewRubric,
    prompt: prompt.text,
    schema,
    signal,
  });
  if (answer.status === "unavailable") return unjudgedStage("review", answer.reason, limits);
  const opinion = reviewOpinionSchema.safeParse(answer.value);
  if (!opinion.success)
    return unjudgedStage("review", `${supervisor.name} gave no opinion of the form that was asked for.`, limits);
  const judged = judgeOpinion(opinion.data, {
    ...prompt,
    changes: work.changes,
    acceptanceCount: work.task.acceptance.length,
  });
  return judgedStage("review", { ...judged, requirements: opinion.data.requirements }, limits);
}

/** For what stands around all that: the supervisor's own words, titles and marks. */
const marginCharacters = 1_500;

const noSupervisor = "No model supervises: `supervisor` is not set up.";

const noRoom = "the task alone fills `supervisor.contextTokens`.";

function reasonNotToAsk({ settings, supervisor, work, ruled }: ReviewRequest): string | undefined {
  if (settings.review === false) return "`quality.review` is off.";
  if (supervisor === undefined) return noSupervisor;
  if (work.changes.length === 0) return "Nothing was changed.";
  return ruled.some(({ status }) => status === "failed") ? "The rules have refused the work already." : undefined;
}

const jsonObject = z.record(z.string(), z.json());

function opinionJsonSchema(): z.output<typeof jsonObject> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(reviewOpinionSchema, { target: "draft-7" });
  return jsonObject.parse(schema);
}
