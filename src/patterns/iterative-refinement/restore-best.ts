import { TuttiError } from "../../domain/errors.ts";
import type { CommandResult, WorkflowFlow } from "../../workflow/flow.ts";
import { isOwnWork } from "../port.ts";
import type { Iteration } from "./progress.ts";
import type { AnyRefine, RefineEnded } from "./refine-options.ts";

/** The commit of what the job has merged so far; only asked for where it is needed. */
export async function tipOf(flow: WorkflowFlow, { restore }: AnyRefine): Promise<{ readonly commit?: string }> {
  if (restore === undefined) return {};
  const { isOk, output } = await flow.command("tip", { run: ["git", "rev-parse", "HEAD"] });
  const [commit] = /^[0-9a-f]{40,64}$/m.exec(output) ?? [];
  if (isOk && commit !== undefined) return { commit };
  throw new TuttiError("GIT_FAILED", `The job's tip can't be named: ${output}`, { failureClass: "transient" });
}

/**
 * Brings the paths back to what they were in the best iteration: an agent does it, as a task that is validated and merged like all
 * others, and a command looks whether it is so.
 * @throws {TuttiError} `WORKFLOW_AGENT_FAILED` when they are not
 */
export async function restoreBest(
  flow: WorkflowFlow,
  options: AnyRefine,
  { best, last }: { readonly best: Iteration; readonly last: Iteration },
): Promise<RefineEnded<unknown>["files"]> {
  if (best.iteration === last.iteration) return "best";
  const { restore } = options;
  if (restore === undefined || best.commit === undefined) return "kept";
  const wanted = { commit: best.commit, paths: restore.paths.map((path) => `:(glob)${path}`) };
  if ((await compare(flow, wanted)).isOk) return "best";
  await flow.agent(agentOf(options), {
    title: `restore iteration ${best.iteration}`,
    access: "edit",
    footprint: restore.paths,
    prompt: promptOf(wanted, best.iteration),
  });
  const after = await compare(flow, wanted);
  if (after.isOk) return "restored";
  throw new TuttiError(
    "WORKFLOW_AGENT_FAILED",
    `The files are not those of iteration ${best.iteration}: ${after.output}`,
    {
      hint: `Look at them: git diff ${wanted.commit}`,
      context: { iteration: best.iteration, commit: wanted.commit },
    },
  );
}

type Wanted = { readonly commit: string; readonly paths: readonly string[] };

const compare = (flow: WorkflowFlow, { commit, paths }: Wanted): Promise<CommandResult> =>
  flow.command("compare with the best", { run: ["git", "diff", "--exit-code", "--stat", commit, "--", ...paths] });

const promptOf = ({ commit, paths }: Wanted, iteration: number): string =>
  `Iteration ${iteration} was better than what came after it. Bring its files back exactly, by this one command in the root of the repository,
and change nothing else:

git restore --source=${commit} --staged --worktree -- ${paths.map((path) => `'${path.replaceAll("'", `'\\''`)}'`).join(" ")}`;

function agentOf({ produce, restore }: AnyRefine): string {
  if (restore?.agent !== undefined) return restore.agent;
  return isOwnWork(produce) ? "builder" : produce.agent;
}
