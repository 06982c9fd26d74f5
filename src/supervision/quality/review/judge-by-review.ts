import { z } from "zod";

import type { GateResult } from "../../../domain/evidence.ts";
import type { StageVerdict } from "../../../domain/quality/quality-report.ts";
import {
  judgedStage,
  unjudgedStage,
  type QualitySettings,
  type StageLimits,
} from "../../../domain/quality/quality-settings.ts";
import type { JudgedWork } from "../../../domain/quality/judged-work/changed-file.ts";
import { judgeOpinion } from "../../../domain/quality/review/judge-opinion.ts";
import {
  reviewParts,
  unitedParts,
  type JudgedPart,
  type ReviewPart,
} from "../../../domain/quality/review/review-parts.ts";
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
 * what it can't tell, or what rules see no ground for, leaves the stage passed with doubts. More acceptance criteria than an answer has room for are
 * reviewed in several questions.
 */
export async function judgeByReview(request: ReviewRequest): Promise<StageVerdict> {
  const { settings, supervisor, work } = request;
  const limits = settings.stages["review"];
  const why = reasonNotToAsk(request);
  if (why !== undefined || supervisor === undefined) return unjudgedStage("review", why ?? noSupervisor, limits);
  const [change, files] = await Promise.all([request.change(), request.files()]);
  const judged: JudgedPart[] = [];
  const parts = reviewParts(work.task.acceptance);
  for (const part of parts) {
    const answer = await judgePart({ ...request, supervisor, part, change, files });
    if ("reason" in answer) return withoutPart(judged, { ...answer, of: parts.length }, limits);
    judged.push(answer);
  }
  return judgedStage("review", unitedParts(judged), limits);
}

type PartRequest = Omit<ReviewRequest, "change" | "files" | "supervisor"> & {
  readonly supervisor: Supervisor;
  readonly part: ReviewPart;
  readonly change: string;
  readonly files: readonly ShownFile[];
};

/** Nobody judged it. */
type MissingPart = { readonly reason: string; readonly doubts?: readonly string[] };

async function judgePart(request: PartRequest): Promise<JudgedPart | MissingPart> {
  const { supervisor, about, work, gates, ruled, part, change, files, signal } = request;
  const schema = opinionJsonSchema();
  const room = supervisor.promptTokens * charactersPerToken - JSON.stringify(schema).length - reviewRubric.length;
  const prompt = reviewPrompt({ work, gates, ruled, change, files, part, room: Math.max(0, room - marginCharacters) });
  if (change !== "" && prompt.hiddenCharacters >= change.length)
    return { reason: noRoom, doubts: [`No review saw the change: ${noRoom}`] };
  const answer = await supervisor.ask({
    purpose: "review",
    about,
    system: reviewRubric,
    prompt: prompt.text,
    schema,
    signal,
  });
  if (answer.status === "unavailable") return { reason: answer.reason };
  const opinion = reviewOpinionSchema.safeParse(answer.value);
  if (!opinion.success) return { reason: `${supervisor.name} gave no opinion of the form that was asked for.` };
  const { requirements } = opinion.data;
  const material = { ...prompt, changes: work.changes, acceptanceCount: part.criteria.length };
  return { ...judgeOpinion(opinion.data, material), requirements };
}

/** What one part finds unmet refuses the work whatever the others would say; else the whole is not judged. */
function withoutPart(
  judged: readonly JudgedPart[],
  { reason, doubts = [], of: count }: MissingPart & { readonly of: number },
  limits: StageLimits | undefined,
): StageVerdict {
  const known = unitedParts(judged);
  if (known.findings.some(({ severity }) => severity === "blocker")) return judgedStage("review", known, limits);
  const which =
    count === 1 ? "" : `Of the questions about its acceptance criteria ${judged.length} of ${count} have an answer: `;
  const all = [...known.doubts, ...doubts];
  return { ...unjudgedStage("review", `${which}${reason}`, limits), ...(all.length === 0 ? {} : { doubts: all }) };
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
