import { homedir } from "node:os";
import { resolve } from "node:path";

import { findProjectFolders, openRepositoryOf } from "../../compose.ts";
import { loadConfig } from "../../config/load-config.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import { countRemarks, lintPlan } from "../../domain/plan/lint/lint-plan.ts";
import type { LintFacts, PlanRemark } from "../../domain/plan/lint/plan-remark.ts";
import { formatPlanPath } from "../../domain/plan/plan-problem.ts";
import { knownAgents } from "../../orchestration/profiles/known-agents.ts";
import type { Cli } from "../cli.ts";
import { openPlanFile, type OpenPlan } from "../read-plan-file.ts";
import { remarksText } from "../render/plan-remarks-text.ts";
import { withProject } from "../with-project.ts";

export type PlanLintOptions = { readonly strict?: boolean; readonly job?: string };

/** `tutti plan lint`: reads a plan and says what could be better about it. Nothing is started. */
export async function planLintCommand(cli: Cli, file: string | undefined, options: PlanLintOptions): Promise<number> {
  const { plan, lineOf } = await openPlan(cli, file, options.job);
  const remarks = lintPlan(plan, await lintFacts(cli));
  const lineAt = (path: PlanRemark["path"]): number | undefined => lineOf?.(path);
  const { output } = cli;
  if (output.isJson) {
    const told = remarks.map((remark) => ({ ...remark, path: formatPlanPath(remark.path), line: lineAt(remark.path) }));
    output.stdout(`${JSON.stringify({ remarks: told, ...countRemarks(remarks) })}\n`);
  } else {
    const placeOf = (path: PlanRemark["path"]): string => {
      const line = lineAt(path);
      return line === undefined ? formatPlanPath(path) : `${file}:${line}: ${formatPlanPath(path)}`;
    };
    output.stdout(remarksText(remarks, { columns: output.columns, style: output.style, placeOf }));
  }
  const { error, warning } = countRemarks(remarks);
  return error > 0 || (options.strict === true && warning > 0) ? exitCodes.failed : exitCodes.done;
}

async function openPlan(
  cli: Cli,
  file: string | undefined,
  job: string | undefined,
): Promise<Partial<OpenPlan> & Pick<OpenPlan, "plan">> {
  if ((file === undefined) === (job === undefined)) {
    throw new TuttiError("INPUT_INVALID", "Give a plan's file, or a job with --job", {
      hint: "tutti plan lint plan.yaml",
    });
  }
  if (file !== undefined) return openPlanFile(resolve(cli.cwd, file));
  const { id, plan } = await withProject(cli, ({ application }) => application.job(job));
  if (plan !== undefined) return { plan };
  throw new TuttiError("INPUT_INVALID", `Job ${id} has no plan`, {
    hint: "Its tasks come from a program, or its manager has not planned yet",
    context: { job: id },
  });
}

/** The names that the project's settings know. */
async function lintFacts(cli: Cli): Promise<LintFacts> {
  const { projectDir } = await findProjectFolders(cli);
  const { config } = await loadConfig({ projectDir, env: cli.env, home: cli.env["HOME"] ?? homedir() });
  const gates = config.gates.map(({ name }) => name);
  const repo = await openRepositoryOf(cli.cwd);
  return repo === undefined ? { gates } : { gates, agents: await knownAgents(repo, config) };
}
