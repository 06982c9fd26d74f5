import type { Json } from "../../domain/json.ts";
import { managersPlanJsonSchema } from "../../domain/plan/plan-schema.ts";
import { TuttiError } from "../../domain/errors.ts";
import { managerRequest } from "../../supervision/prompts/manager-prompt.ts";
import { listFiles } from "../../workspace/index.ts";
import type { DecisionRequest } from "./decision-evidence.ts";
import type { JobDesk } from "../desk.ts";
import { jobTip } from "../integration/job-branch.ts";
import { launchPermissions } from "../agent-turn/launch-permissions.ts";
import { continued, notesFor, prepare } from "../prompts/send-prompt.ts";
import { roleModel } from "../agent-turn/role-model.ts";
import { runAgent } from "../agent-turn/run-agent.ts";

const maxFilesShown = 400;
const maxAnswers = 2;

export type ManagerQuestion = {
  readonly request: DecisionRequest;
  /** Names the conversation: asking again after a death costs nothing. */
  readonly about: "split" | "replan";
  readonly goal: string;
};

export type ManagersAnswer<Result> =
  { readonly status: "got"; readonly value: Result } | { readonly status: "none"; readonly why: string };

/**
 * Asks the manager for tasks while a job is carried out, by what stands on the job branch now. What it answers and `read` refuses goes
 * back once with the reason.
 */
export async function askManager<Result>(
  desk: JobDesk,
  question: ManagerQuestion,
  read: (answer: Json | undefined) => Result,
): Promise<ManagersAnswer<Result>> {
  let problem: string | undefined;
  for (let number = 1; number <= maxAnswers; number += 1) {
    const outcome = await converse(desk, question, { number, problem });
    if (outcome.status === "failed")
      return { status: "none", why: `the manager failed: ${outcome.failure.error.message}` };
    try {
      return { status: "got", value: read(outcome.result) };
    } catch (thrown) {
      problem = TuttiError.from(thrown).message;
    }
  }
  return { status: "none", why: `the manager's tasks were refused: ${problem ?? "unknown"}` };
}

async function converse(
  desk: JobDesk,
  { request, about, goal }: ManagerQuestion,
  { number, problem }: { readonly number: number; readonly problem: string | undefined },
) {
  const { services, job } = desk;
  const { lease, begun, signal } = request;
  const task = await services.state.tasks.get(lease.taskId);
  const tip = await jobTip(services.repo, job.id);
  const slot = await desk.slots.takeAt(tip, signal);
  const listing = await listFiles(services.repo, tip, { limit: maxFilesShown });
  const asked = managerRequest({
    goal,
    files: listing.paths,
    fileCount: listing.total,
    gates: job.options.gates.map(({ name, run }) => ({ name, run })),
    workers: job.options.workers,
    // What takes the place of a task is done as that would have been.
    agents: [],
    notes: await notesFor(desk),
    ...(problem === undefined ? {} : { problem }),
  });
  const fresh = await prepare(desk, { ...asked, head: { role: "manager", task: task.key } });
  const outcome = await runAgent(desk, {
    owner: { key: `${begun.id}/${about}/${number}`, jobId: job.id, taskId: lease.taskId, role: "manager" },
    attemptId: begun.id,
    isAskedOnce: true,
    launch: {
      slotId: slot.slotId,
      cwd: slot.path,
      ...roleModel(job.options, "manager"),
      resultSchema: managersPlanJsonSchema(),
      permissions: launchPermissions(job.options.agent, "read"),
    },
    prompt: { fresh, resumed: await continued(desk, fresh) },
    limits: { timeoutMs: job.options.managerTimeoutMs, stallTimeoutMs: job.options.stallTimeoutMs },
    signal,
  });
  signal.throwIfAborted();
  return outcome;
}
