import { setImmediate as nextTurn } from "node:timers/promises";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { asRunId, type RunId } from "../../domain/ids.ts";
import type { Json } from "../../domain/json.ts";
import type { ReplayReport } from "../../domain/workflow/replay-report.ts";
import type { JournalEntry, Workflow } from "../port.ts";
import { toReplayed } from "./history.ts";
import { HistoryHost } from "./history-host.ts";
import { HistoryIndex } from "./history-index.ts";
import { rootScope } from "./replay.ts";
import { ScopedFlow } from "./scoped-flow.ts";

export type RecordedRun = {
  readonly input: Json;
  /** As `Engine.history` gives them. */
  readonly entries: readonly JournalEntry[];
  /** For bodies that look at it. */
  readonly runId?: RunId;
};

/**
 * Runs a workflow's body on what is recorded of a run of it, until it comes to a call without a result. No effect is run, nothing is stored.
 * @throws {TuttiError} `WORKFLOW_NOT_DETERMINISTIC` when the body waits for something that is no flow call
 */
export async function replayHistory(workflow: Workflow, run: RecordedRun): Promise<ReplayReport> {
  const history = new HistoryIndex(run.entries.map(toReplayed));
  const host = new HistoryHost(history, { runId: run.runId ?? asRunId("replay"), token: 1 }, workflow.labelOf);
  const end = await endOrStandstill(host, endOfBody(workflow, host, run.input));
  const { matched, divergences, next } = host;
  if (end === undefined && divergences.length === 0 && next.length === 0) throw waitsElsewhere(workflow.name);
  return { recorded: history.size, matched, divergences, next, ...(end === undefined ? {} : { end }) };
}

type End = NonNullable<ReplayReport["end"]>;

async function endOfBody(workflow: Workflow, host: HistoryHost, input: Json): Promise<End> {
  const end = await bodyOf(workflow, host, input);
  return host.misuse === undefined ? end : { status: "failed", error: errorToJson(host.misuse) };
}

async function bodyOf(workflow: Workflow, host: HistoryHost, input: Json): Promise<End> {
  const flow = new ScopedFlow(host, rootScope);
  try {
    return { status: "completed", output: await workflow.run(flow, input) };
  } catch (thrown) {
    return { status: "failed", error: errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED")) };
  } finally {
    flow.close();
  }
}

/** Recorded calls give their results in the same turn of the event loop: a turn without a call is the end. */
async function endOrStandstill(host: HistoryHost, body: Promise<End>): Promise<End | undefined> {
  let end: End | undefined;
  void body.then((reached) => (end = reached));
  for (let asked = -1; asked !== host.asked; await nextTurn()) asked = host.asked;
  return end;
}

const waitsElsewhere = (name: string): TuttiError =>
  new TuttiError(
    "WORKFLOW_NOT_DETERMINISTIC",
    `The body of workflow ${name} waits for something that is no flow call`,
    {
      failureClass: "bug",
      hint: "Put what it waits for into the effect of a step: await flow.step(name, …)",
    },
  );
