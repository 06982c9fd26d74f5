import { createHash } from "node:crypto";

import { errorFromJson, TuttiError } from "../../domain/errors.ts";
import type { Job } from "../../domain/model.ts";
import { synthesizerRequest } from "../../supervision/prompts/synthesizer-prompt.ts";
import { ActivityBuffer } from "../agent-turn/activity-buffer.ts";
import { AgentPool } from "../workers/agent-pool.ts";
import { holdJob, type Holding } from "../coordinator/hold-job.ts";
import { jobTip } from "../integration/job-branch.ts";
import { launchPermissions } from "../agent-turn/launch-permissions.ts";
import { roleModel } from "../agent-turn/role-model.ts";
import { continued, prepare } from "../prompts/send-prompt.ts";
import { runAgent } from "../agent-turn/run-agent.ts";
import { SlotKeeper } from "../workers/slot-keeper.ts";
import type { TaskResult } from "../insight/task-results.ts";

/** Results as Markdown: a heading for each task, and first of all what failed. Pure. */
export function formatResults(results: readonly TaskResult[]): string {
  const done = results.filter(({ status }) => status === "completed");
  const open = results.filter(({ status }) => status !== "completed");
  const head = `# ${done.length} of ${results.length} tasks completed`;
  const failures = open.map(
    ({ key, status, reason }) => `- ${key}: ${status}${reason === undefined ? "" : `, ${reason}`}`,
  );
  return [
    head,
    ...(failures.length === 0 ? [] : [`## Not completed\n\n${failures.join("\n")}`]),
    ...done.map(sectionOf),
  ].join("\n\n");
}

function sectionOf({ key, title, text, result, evidence }: TaskResult): string {
  const answer = result === undefined ? text.trim() : `\`\`\`json\n${JSON.stringify(result, null, 2)}\n\`\`\``;
  const changed =
    evidence === undefined
      ? ""
      : `\n\n${evidence.diff.files} files changed, +${evidence.diff.added} −${evidence.diff.deleted}`;
  return `## ${title} (${key})\n\n${answer === "" ? "No report." : answer}${changed}`;
}

export type SynthesisRequest = Omit<Holding, "jobId"> & {
  readonly job: Job;
  readonly results: readonly TaskResult[];
  readonly question: string;
  readonly signal: AbortSignal;
};

/**
 * Has the manager's model make one text of many results. The same question about the same results is answered from memory.
 * @throws {TuttiError} `JOB_BUSY` while the job is carried out; what the agent failed with
 */
export async function synthesize(request: SynthesisRequest): Promise<string> {
  const { services, job, own, signal } = request;
  return holdJob({ services, jobId: job.id, own }, async (lost) => {
    const pool = new AgentPool(services.agents);
    const slots = new SlotKeeper({ services, pool, job });
    const activity = new ActivityBuffer(services);
    try {
      const slot = await slots.takeAt(await jobTip(services.repo, job.id), signal);
      const prompt = await prepare({ services, job }, requestOf(request));
      const outcome = await runAgent(
        { services, pool, activity, slots, job },
        {
          owner: { key: conversationOf(job, prompt.text), jobId: job.id, role: "synthesizer" },
          isAskedOnce: true,
          launch: {
            slotId: slot.slotId,
            cwd: slot.path,
            ...roleModel(job.options, "manager"),
            permissions: launchPermissions(job.options.agent, "read"),
          },
          prompt: { fresh: prompt, resumed: await continued({ services, job }, prompt) },
          limits: { timeoutMs: job.options.managerTimeoutMs, stallTimeoutMs: job.options.stallTimeoutMs },
          signal: AbortSignal.any([signal, lost]),
        },
      );
      if (outcome.status === "failed") throw errorFromJson(outcome.failure.error);
      if (outcome.text.trim() === "") throw noText(job);
      return outcome.text;
    } finally {
      await slots.releaseAll();
      await pool.close();
      await activity.flush();
    }
  });
}

const conversationOf = ({ id }: Job, prompt: string): string =>
  `${id}/synthesis/${createHash("sha256").update(prompt).digest("hex").slice(0, 16)}`;

const requestOf = ({ job, question, results }: SynthesisRequest) =>
  synthesizerRequest({ goal: job.goal, question, results: formatResults(results) });

const noText = ({ id }: Job): TuttiError =>
  new TuttiError("AGENT_CONTRACT_BROKEN", "The manager answered with no text", {
    failureClass: "recoverable",
    hint: "Ask again, or take the plain format: synthesizeResults(results, { model: false })",
    context: { job: id },
  });
