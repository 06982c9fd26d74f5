import type { QualityReport } from "../domain/quality/quality-report.ts";
import type { QualitySettings } from "../domain/quality/quality-settings.ts";
import type { ChangedFile, JudgedWork } from "../domain/quality/judged-work/changed-file.ts";
import { isTestFile } from "../domain/quality/judged-work/path-kinds.ts";
import type { GateResult } from "../domain/evidence.ts";
import type { TaskSpec } from "../domain/plan/task-spec.ts";
import { controlQuality } from "../supervision/quality/control-quality.ts";
import { gatesOfTask } from "../supervision/run-gates.ts";
import { redactedMark } from "../telemetry/port.ts";
import { matchingPaths, patchOf, textAt, type Snapshot } from "../workspace/index.ts";
import type { JobDesk } from "./desk.ts";
import type { ProofRequest } from "./proof-request.ts";

export type Judgement = ProofRequest & {
  readonly spec: TaskSpec;
  readonly taken: Snapshot;
  readonly changes: readonly ChangedFile[];
  readonly gates: readonly GateResult[];
  readonly settings: QualitySettings;
};

/** Puts together what the quality control looks at. */
export async function judgeQuality(desk: JobDesk, judgement: Judgement): Promise<QualityReport> {
  const { services, job } = desk;
  const { spec, taken, slot, begun, lease, gates, settings, signal } = judgement;
  const { repo, redact, plugins, supervisor } = services;
  return controlQuality({
    work: { ...workOf(desk, judgement), tests: await namedTests(desk, judgement) },
    settings,
    gates,
    finder: { redact, mark: redactedMark },
    forbidden: matchingPaths(
      taken.changedFiles.map(({ path }) => path),
      settings.forbiddenPaths,
    ),
    review: {
      supervisor,
      about: { jobId: job.id, taskId: lease.taskId, attemptId: begun.id },
      patch: async () => redact(await patchOf(repo, { from: begun.baseCommit, to: taken.commit })),
    },
    plugins: {
      plugins,
      place: { cwd: slot.path, taskKey: spec.key, baseCommit: begun.baseCommit, snapshotCommit: taken.commit },
    },
    signal,
  });
}

const mostTests = 5;

/** The tests that this work has to pass, as far as somebody names them; those that were changed are read anyway. */
async function namedTests({ services, job }: JobDesk, { spec, taken }: Judgement): Promise<JudgedWork["tests"] & {}> {
  const gates = gatesOfTask(job.options.gates, spec.gates).map(({ run }) => run);
  const words = [spec.title, spec.prompt, ...spec.acceptance, ...spec.contextFiles, ...gates].join(" ");
  const named = new Set(words.match(/(?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.[A-Za-z]{1,8}\b/g) ?? []);
  const changed = new Set(taken.changedFiles.map(({ path }) => path));
  const paths = [...named].filter((path) => isTestFile(path) && !changed.has(path)).slice(0, mostTests);
  const read = await Promise.all(
    paths.map(async (path) => ({ path, text: await textAt(services.repo, taken.commit, path) })),
  );
  return read.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
}

function workOf({ job }: JobDesk, { spec, changes, outcome }: Judgement): JudgedWork {
  const { title, prompt, acceptance, expectedOutputs, contextFiles } = spec;
  const gates = gatesOfTask(job.options.gates, spec.gates).filter(({ on }) => on.includes("attempt"));
  return {
    task: { title, prompt, acceptance, expectedOutputs, contextFiles },
    changes,
    agentText: outcome.text,
    gateCommands: gates.map(({ run }) => run),
  };
}
