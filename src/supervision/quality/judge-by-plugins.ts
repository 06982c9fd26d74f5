import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import type { StageVerdict } from "../../domain/quality/quality-report.ts";
import { judgedStage, unjudgedStage, type QualitySettings } from "../../domain/quality/quality-settings.ts";
import type { JudgedWork } from "../../domain/quality/judged-work/changed-file.ts";
import type { QualityStage, StageOpinion, TuttiPlugin, WorkToJudge } from "../plugin/plugin.ts";

export type PluginRequest = {
  readonly plugins: readonly TuttiPlugin[];
  readonly place: Pick<WorkToJudge, "cwd" | "baseCommit" | "snapshotCommit"> & { readonly taskKey: string };
  readonly work: JudgedWork;
  readonly settings: QualitySettings;
  readonly redact: (text: string) => string;
  readonly signal: AbortSignal;
};

/** Asks the project's own stages, one after another. One that fails has not judged; it neither passes nor stops the job. */
export async function judgeByPlugins(request: PluginRequest): Promise<readonly StageVerdict[]> {
  const verdicts: StageVerdict[] = [];
  for (const stage of request.plugins.flatMap(({ qualityStages = [] }) => qualityStages)) {
    verdicts.push(await judgeBy(stage, request));
    request.signal.throwIfAborted();
  }
  return verdicts;
}

async function judgeBy(stage: QualityStage, request: PluginRequest): Promise<StageVerdict> {
  const { settings, redact } = request;
  const limits = settings.stages[stage.name];
  try {
    const said: unknown = await opinionOf(stage, request);
    const opinion = opinionSchema.safeParse(said);
    if (!opinion.success) {
      const [issue] = opinion.error.issues;
      return unjudgedStage(
        stage.name,
        `Its answer is no opinion: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
        limits,
      );
    }
    if ("notJudged" in opinion.data) return unjudgedStage(stage.name, redact(opinion.data.notJudged), limits);
    const findings = opinion.data.findings.map((finding) => ({ ...finding, message: redact(finding.message) }));
    return judgedStage(stage.name, { score: opinion.data.score, findings }, limits);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return unjudgedStage(stage.name, redact(`It failed: ${why.split("\n", 1)[0] ?? ""}`), limits);
  }
}

const opinionSchema = z.union([
  z.object({ notJudged: z.string() }),
  z.object({
    score: z.number().min(0).max(1),
    findings: z.array(
      z.object({
        code: z.string().min(1),
        message: z.string().min(1),
        path: z.string().exactOptional(),
        severity: z.enum(["blocker", "note"]),
      }),
    ),
  }),
]);

async function opinionOf(stage: QualityStage, { place, work, settings, signal }: PluginRequest): Promise<StageOpinion> {
  const ended = new AbortController();
  const limit = AbortSignal.timeout(settings.pluginTimeoutMs);
  const { taskKey, ...where } = place;
  const { title, prompt, acceptance } = work.task;
  const judged = stage.judge({
    ...where,
    task: { key: taskKey, title, prompt, acceptance },
    changedFiles: work.changes.map(({ path, status }) => ({ path, status })),
    agentText: work.agentText,
    signal: AbortSignal.any([signal, limit]),
  });
  const late = delay(settings.pluginTimeoutMs, undefined, { signal: AbortSignal.any([ended.signal, signal]) }).then(
    (): StageOpinion => ({ notJudged: `It took longer than ${settings.pluginTimeoutMs} ms.` }),
  );
  try {
    return await Promise.race([judged, late]);
  } finally {
    ended.abort();
    // The one that lost is of no interest any more.
    late.catch(() => undefined);
    judged.catch(() => undefined);
  }
}
