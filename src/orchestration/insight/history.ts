import type { AttemptId, TaskId } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Job, Task } from "../../domain/model.ts";
import type { SentPrompt } from "../../domain/prompt/sent-prompt.ts";
import type { SupervisorInteraction } from "../../domain/supervisor/interaction.ts";
import { saidKinds, type HistoryEntry, type SaidKind } from "../../domain/history.ts";
import type { StateManager } from "../../state/state-manager.ts";

/** One thing that was said about a job's work, redacted. */
export type Said = {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly kind: SaidKind;
  /** Of an agent, such as `worker`; `supervisor`; `tutti` for verdicts and decisions. */
  readonly role: string;
  readonly taskId?: TaskId;
  readonly attemptId?: AttemptId;
  readonly model?: string;
  /** Key of the conversation. */
  readonly conversation?: string;
  readonly turn?: number;
  readonly text: string;
  readonly data?: JsonObject;
};

export type HistoryQuestion = {
  readonly job: Job;
  readonly task?: Task;
  readonly role?: string;
  readonly kind?: SaidKind;
  /** Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** The last so many. */
  readonly limit?: number;
};

const manyQuestions = 100_000;

/** Everything that was said, in order. */
export async function answerHistory(state: StateManager, question: HistoryQuestion): Promise<readonly Said[]> {
  const { job, task, role, kind, since, limit } = question;
  const place = { jobId: job.id, ...(task === undefined ? {} : { taskId: task.id }) };
  const [prompts, entries, asked] = await Promise.all([
    state.prompts.list(place),
    state.history.list(place),
    state.interactions.list({ ...place, limit: manyQuestions }),
  ]);
  const all = [...prompts.map(promptSaid), ...entries.map(entrySaid), ...asked.flatMap(supervisorSaid)];
  const wanted = all
    .filter((said) => role === undefined || said.role === role)
    .filter((said) => kind === undefined || said.kind === kind)
    .filter((said) => since === undefined || said.at >= since)
    .toSorted((a, b) => a.at - b.at || rank(a) - rank(b));
  return limit === undefined ? wanted : wanted.slice(-limit);
}

/** In the same millisecond: what is said first of two. */
const rank = ({ kind }: Said): number => saidKinds.indexOf(kind);

const placeOf = ({ taskId, attemptId }: { taskId?: TaskId | undefined; attemptId?: AttemptId | undefined }) => ({
  ...(taskId === undefined ? {} : { taskId }),
  ...(attemptId === undefined ? {} : { attemptId }),
});

const promptSaid = (prompt: SentPrompt): Said => ({
  at: prompt.at,
  kind: "prompt",
  role: prompt.role,
  ...placeOf(prompt),
  conversation: prompt.conversation,
  turn: prompt.turn,
  text: prompt.text,
  data: { promptKind: prompt.kind, template: prompt.template.name, tokens: prompt.account.tokens },
});

const entrySaid = ({ seq: _seq, jobId: _job, ...said }: HistoryEntry): Said => said;

function supervisorSaid(asked: SupervisorInteraction): readonly Said[] {
  const { purpose, supervisor: model, askedAt, prompt, ending } = asked;
  const common = { role: "supervisor", ...placeOf(asked), model };
  const question: Said = { ...common, at: askedAt, kind: "question", text: prompt, data: { purpose } };
  if (ending === undefined) return [question];
  const reply = ending.status === "answered" ? ending.text : `No answer: ${ending.reason}`;
  const data = ending.status === "answered" ? { purpose, from: ending.from } : { purpose, failure: ending.failure };
  return [question, { ...common, at: ending.endedAt, kind: "reply", text: reply, data }];
}
