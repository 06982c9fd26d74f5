import type { QualityReport } from "../../domain/quality/quality-report.ts";
import type { QualitySettings } from "../../domain/quality/quality-settings.ts";
import type { ChangedFile, JudgedWork } from "../../domain/quality/judged-work/changed-file.ts";
import type { GateResult } from "../../domain/evidence.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import { controlQuality } from "../../supervision/quality/control-quality.ts";
import { gatesOfTask } from "../../supervision/run-gates.ts";
import { redactedMark } from "../../telemetry/port.ts";
import { matchingPaths, readableChange, type Snapshot } from "../../workspace/index.ts";
import type { JobDesk } from "../desk.ts";
import { filesBeside, namedTests } from "./named-files.ts";
import type { ProofRequest } from "./proof-request.ts";

export type Judgement = ProofRequest & {
  readonly spec: TaskSpec;
  readonly taken: Snapshot;
  readonly changes: readonly ChangedFile[];
  readonly gates: readonly GateResult[];
  readonly settings: QualitySettings;
};

/** Enough to see the function that a line stands in, in most code. */
const contextLines = 40;

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
      change: async () =>
        redact(await readableChange(repo, { from: begun.baseCommit, to: taken.commit, contextLines })),
      files: () => filesBeside(desk, judgement),
    },
    plugins: {
      plugins,
      place: { cwd: slot.path, taskKey: spec.key, baseCommit: begun.baseCommit, snapshotCommit: taken.commit },
    },
    signal,
  });
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
