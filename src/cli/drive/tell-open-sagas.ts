import type { Project } from "../../compose.ts";
import type { Job } from "../../domain/model.ts";
import { openSagas, type OpenSaga } from "../../domain/workflow/open-sagas.ts";
import { graphOfTrace } from "../../domain/workflow/trace.ts";
import type { Cli } from "../cli.ts";
import { oneLine } from "../render/terminal-text.ts";

/** What a cancel has left of the sagas of a job's workflow, the innermost first. */
export async function openSagasOf(
  { workflows }: Pick<Project["application"], "workflows">,
  { id, strategy }: Pick<Job, "id" | "strategy">,
): Promise<readonly OpenSaga[]> {
  const trace = strategy === "workflow" ? await workflows.trace(id) : undefined;
  return trace === undefined ? [] : openSagas(graphOfTrace(trace));
}

/** Nobody takes back any more what they did: a person has to know what that is, and what else there would have been. */
export function tellOpenSagas(
  { output }: Pick<Cli, "output">,
  { id }: Pick<Job, "id">,
  sagas: readonly OpenSaga[],
): void {
  if (sagas.length === 0) return;
  for (const saga of sagas) output.stderr(`warning: ${oneLine(sagaText(saga))}\n`);
  const signal = sagas.findLast(({ undoSignal }) => undoSignal !== undefined)?.undoSignal;
  const instead =
    signal === undefined ? "" : ` Another time, instead of a cancel: tutti workflow signal <job> ${signal}`;
  output.stderr(`hint: Take them back by hand; what they did: tutti workflow graph ${id}.${instead}\n`);
}

function sagaText({ name, left, unsure, underWay }: OpenSaga): string {
  const parts = [
    ...(left.length === 0 ? [] : [`NOT taken back: ${left.join(", ")}`]),
    ...(underWay === undefined ? [] : [`may be half done: ${underWay}`]),
    ...(unsure.length === 0 ? [] : [`may not be taken back: ${unsure.join(", ")}`]),
  ];
  return `${name === "saga" ? "a saga" : `the saga ${name}`} was cut off; ${parts.join("; ")}`;
}
