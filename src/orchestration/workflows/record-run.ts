import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import type { Task } from "../../domain/model.ts";
import type { RecordedAgent, WorkflowRecording } from "../../domain/workflow/recording.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { ErrorJson } from "../../domain/errors.ts";
import type { JournalEntry } from "../../engine/port.ts";
import type { Services } from "../services.ts";
import { journalOf } from "./journal-of.ts";

const facts = { taskId: z.string().exactOptional(), costUsd: z.number().exactOptional() };

const errorSchema = z.custom<ErrorJson>((value) => typeof value === "object" && value !== null && "code" in value);

const agentAnswer = z.discriminatedUnion("status", [
  z.object({ ...facts, status: z.literal("completed"), text: z.string(), result: z.json().exactOptional() }),
  z.object({ ...facts, status: z.literal("failed"), error: errorSchema }),
]);

const commandResult = z.object({ isOk: z.boolean(), exitCode: z.number().nullable(), output: z.string() });
const approval = z.object({ approved: z.boolean(), note: z.string().exactOptional() });

/**
 * What agents, commands, persons and senders of signals said to a run, for a test. Redacted.
 * @throws {TuttiError} `INPUT_INVALID` for a run that has not begun, or whose journal was pruned
 */
export async function recordRun(services: Services, run: WorkflowRun): Promise<WorkflowRecording> {
  const { state, redactJson } = services;
  const entries = await journalOf(services, run);
  const tasks = new Map((await state.tasks.list(run.jobId)).map((task) => [String(task.id), task]));
  const recording = {
    workflow: run.name,
    input: run.input,
    ...(run.output === undefined ? {} : { output: run.output }),
    agents: entries.flatMap((entry) => agentOf(entry, tasks)).toSorted(byPath),
    commands: entries.flatMap(commandOf),
    answers: entries.flatMap(answerOf),
    signals: entries.flatMap(signalOf),
  };
  return recordingSchema.parse(redactJson(z.json().parse(recording)));
}

const recordingSchema = z.custom<WorkflowRecording>((value) => typeof value === "object" && value !== null);

function agentOf(entry: JournalEntry, tasks: ReadonlyMap<string, Task>): readonly RecordedAgent[] {
  const profile = namedIn(entry, "agent ");
  if (profile === undefined || entry.state !== "done") return [];
  const { taskId = "", costUsd, ...answer } = agentAnswer.parse(entry.value);
  const path = tasks.get(taskId)?.spec.metadata?.["path"];
  const place = { path: typeof path === "string" ? path : `${entry.scope}@${entry.position}`, profile };
  const cost = costUsd === undefined ? {} : { costUsd };
  if (answer.status === "failed") return [{ ...place, ...cost, error: answer.error }];
  const { text, result } = answer;
  return [{ ...place, ...cost, text, ...(result === undefined ? {} : { result }) }];
}

function commandOf(entry: JournalEntry) {
  const name = namedIn(entry, "command ");
  return name === undefined || entry.state !== "done" ? [] : [{ name, result: commandResult.parse(entry.value) }];
}

/** `approval <run>/<path of the question>` */
function answerOf({ kind, name, value }: JournalEntry) {
  if (kind !== "receive" || value === undefined || !name.startsWith("approval ")) return [];
  const question = (name.split("/").at(-1) ?? name).replace(/#\d+$/, "");
  return [{ question: question.replaceAll("%2F", "/").replaceAll("%25", "%"), answer: approval.parse(value) }];
}

function signalOf({ kind, name, value }: JournalEntry): readonly { readonly name: string; readonly payload: Json }[] {
  return kind !== "receive" || value === undefined || name.startsWith("approval ") ? [] : [{ name, payload: value }];
}

/** Branches end in another order each time, and a recording is a file that people compare. */
const byPath = (a: RecordedAgent, b: RecordedAgent): number => (a.path < b.path ? -1 : Number(a.path > b.path));

const namedIn = ({ kind, name }: JournalEntry, prefix: string): string | undefined =>
  kind === "step" && name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
