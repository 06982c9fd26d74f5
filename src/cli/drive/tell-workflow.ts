import type { Project } from "../../compose.ts";
import type { Job } from "../../domain/model.ts";
import type { Json } from "../../domain/json.ts";
import type { Cli } from "../cli.ts";
import { openSagasOf, tellOpenSagas } from "./tell-open-sagas.ts";

/** What a job's workflow came to, as the last that is printed; nothing where it goes on, or where there is none. */
export async function tellWorkflow(cli: Cli, { application }: Project, job: Job): Promise<void> {
  if (job.strategy !== "workflow") return;
  const run = await application.workflows.find(job.id);
  if (run?.status === "cancelled" && !cli.output.isJson) {
    tellOpenSagas(cli, job, await openSagasOf(application, job));
  }
  if (run?.status !== "completed" && run?.status !== "failed") return;
  const { name, status, output = null, error } = run;
  const { isJson, stdout, stderr } = cli.output;
  if (isJson) {
    const facts = error === undefined ? { output } : { error };
    stdout(`${JSON.stringify({ type: "workflow-output", job: job.id, workflow: name, status, ...facts })}\n`);
  } else if (error === undefined) stdout(`${outputText(output)}\n`);
  else {
    const hint = error.hint === undefined ? "" : `hint: ${error.hint}\n`;
    stderr(`error: workflow ${name} failed: ${error.message} (${error.code})\n${hint}`);
  }
}

const outputText = (output: Json): string => (typeof output === "string" ? output : JSON.stringify(output, null, 2));
