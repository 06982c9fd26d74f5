import type { Project } from "../../../compose.ts";
import type { Json } from "../../../domain/json.ts";
import type { JobSettings } from "../../../domain/settings.ts";
import { workflowGraph } from "../../../domain/workflow/graph.ts";
import type { LoadedWorkflow } from "../../../workflow/source.ts";
import { promptPerson } from "../../ask/prompt-person.ts";
import type { Cli } from "../../cli.ts";
import { dryRunText, forecastLines, type DryRun } from "../../render/forecast-text.ts";
import { counted, formatCost } from "../../render/quantities.ts";

export type DryRunRequest = {
  readonly loaded: LoadedWorkflow;
  readonly input: Json;
  readonly settings: JobSettings;
};

/** Walks through a workflow without asking or starting anything. */
export async function dryRunWorkflow(
  { application }: Pick<Project, "application">,
  { loaded: { definition }, input, settings }: DryRunRequest,
): Promise<DryRun> {
  const { walkWorkflow } = await import("../../../compose/workflows/walk-workflow.ts");
  const walk = await walkWorkflow(definition, input);
  return { name: definition.name, walk, forecast: await application.workflows.forecast(walk, settings) };
}

/** Shows a dry run. */
export function tellDryRun({ output }: Cli, dryRun: DryRun): void {
  if (!output.isJson) return output.stdout(dryRunText(dryRun, output));
  const { name, walk, forecast } = dryRun;
  const { notes, ...facts } = walk;
  const graph = workflowGraph(notes, walk.stoppedBy === undefined ? "completed" : "failed");
  output.stdout(`${JSON.stringify({ type: "workflow-dry-run", workflow: name, ...facts, forecast, graph })}\n`);
}

/**
 * Asks before a workflow starts that is larger than the settings allow without a word.
 * @returns whether it may start
 */
export async function mayStart(cli: Cli, project: Project, dryRun: DryRun): Promise<boolean> {
  const why = tooLarge(dryRun, project);
  if (why === undefined) return true;
  const { output, terminal } = cli;
  if (terminal === undefined) {
    output.stderr(
      `error: ${why}, and nobody was asked. Nothing was started.\nhint: Look at it with --dry-run, start it with --yes\n`,
    );
    return false;
  }
  output.stdout(`${forecastLines(dryRun.forecast).join("\n")}\n`);
  const { confirm } = await import("@clack/prompts");
  const never = new AbortController().signal;
  const answer = await promptPerson(terminal, never, (prompt) => confirm({ message: `${why}. Start it?`, ...prompt }));
  if (answer === true) return true;
  output.stdout("Nothing was started.\n");
  return false;
}

function tooLarge({ name, forecast }: DryRun, { loaded }: Project): string | undefined {
  const { confirmAgents, confirmCostUsd } = loaded.config.workflows;
  const { agents, costUsd } = forecast;
  if (agents > confirmAgents) {
    return `Workflow ${name} asks for ${counted(agents, "agent")}, more than ${confirmAgents} (workflows.confirmAgents)`;
  }
  if (confirmCostUsd === undefined || costUsd === null || costUsd.p50 <= confirmCostUsd) return undefined;
  return `Workflow ${name} costs about ${formatCost(costUsd.p50)}, more than ${formatCost(confirmCostUsd)} (workflows.confirmCostUsd)`;
}
