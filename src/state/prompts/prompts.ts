import {
  asAttemptId,
  asJobId,
  asTaskId,
  jobOfTask,
  type AttemptId,
  type JobId,
  type TaskId,
} from "../../domain/ids.ts";
import type { SentPrompt, TaskRewrite } from "../../domain/prompt/sent-prompt.ts";
import { appendEvent } from "../append-events.ts";
import { subjectOf, type TaskLease } from "../attempts/begin-attempt.ts";
import type { StateContext } from "../context.ts";
import { fenced } from "../fenced.ts";
import type { PromptRow } from "./prompt-tables.ts";
import { parsedText } from "../rows.ts";

/** What agents were told: every prompt of every conversation. */
export class Prompts {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Before it is sent, so that what an agent was told is known also when it dies. Texts are to be redacted. */
  async record(prompt: Omit<SentPrompt, "at">): Promise<void> {
    const at = this.#context.now();
    const { conversation, turn, jobId, taskId, attemptId, role, kind, text, template, account, rewriting } = prompt;
    const values = {
      job_id: jobId,
      task_id: taskId ?? null,
      attempt_id: attemptId ?? null,
      role,
      kind,
      text,
      template: JSON.stringify(template),
      account: JSON.stringify(account),
      rewriting: rewriting === undefined ? null : JSON.stringify(rewriting),
      at,
    };
    await this.#context.store.write(async (tx) => {
      await tx
        .insertInto("prompts")
        .values({ session_key: conversation, turn, ...values })
        .onConflict((conflict) => conflict.columns(["session_key", "turn"]).doUpdateSet(values))
        .execute();
      const named = (status: string): readonly string[] =>
        account.parts.filter((part) => part.status === status).map(({ name }) => name);
      const dropped = named("dropped");
      if (dropped.length === 0) return;
      const subject = {
        jobId,
        ...(taskId === undefined ? {} : { taskId }),
        ...(attemptId === undefined ? {} : { attemptId }),
      };
      const { tokens, maxTokens } = account;
      const data = { kind, tokens, maxTokens, dropped, shortened: named("shortened") };
      await appendEvent(tx, { at, type: "prompt-shortened", subject, data });
    });
  }

  /** Oldest first. */
  async ofTask(taskId: TaskId): Promise<readonly SentPrompt[]> {
    return this.list({ jobId: jobOfTask(taskId), taskId });
  }

  /** Of a job, or of one of its tasks; oldest first. */
  async list({ jobId, taskId }: { readonly jobId: JobId; readonly taskId?: TaskId }): Promise<readonly SentPrompt[]> {
    const rows = await this.#context.store.read((db) => {
      const ofJob = db.selectFrom("prompts").selectAll().where("job_id", "=", jobId).orderBy("at").orderBy("turn");
      return (taskId === undefined ? ofJob : ofJob.where("task_id", "=", taskId)).execute();
    });
    return rows.map(promptFromRow);
  }

  async findRewrite(attemptId: AttemptId): Promise<TaskRewrite | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("prompt_rewrites").selectAll().where("attempt_id", "=", attemptId).executeTakeFirst(),
    );
    if (row === undefined) return undefined;
    const { asked: by, text, reason } = row;
    return text === null ? { isUsed: false, by, reason: reason ?? "" } : { isUsed: true, by, text };
  }

  /** Asked once for an attempt: whoever goes on with it sends the same. @throws {TuttiError} `LEASE_LOST` */
  async keepRewrite(lease: TaskLease, attemptId: AttemptId, rewrite: TaskRewrite): Promise<void> {
    const at = this.#context.now();
    await fenced(this.#context, lease, async (tx) => {
      const { by: asked, isUsed } = rewrite;
      const said = rewrite.isUsed ? { text: rewrite.text, reason: null } : { text: null, reason: rewrite.reason };
      await tx
        .insertInto("prompt_rewrites")
        .values({ attempt_id: attemptId, asked, ...said, at })
        .onConflict((conflict) => conflict.column("attempt_id").doNothing())
        .execute();
      const data = { by: asked, isUsed, ...(said.reason === null ? {} : { reason: said.reason }) };
      await appendEvent(tx, { at, type: "prompt-rewritten", subject: subjectOf(lease, attemptId), data });
    });
  }
}

const promptFromRow = (row: PromptRow): SentPrompt => ({
  conversation: row.session_key,
  turn: row.turn,
  jobId: asJobId(row.job_id),
  taskId: row.task_id === null ? undefined : asTaskId(row.task_id),
  attemptId: row.attempt_id === null ? undefined : asAttemptId(row.attempt_id),
  role: row.role,
  kind: row.kind,
  text: row.text,
  template: parsedText<SentPrompt["template"]>(row.template),
  account: parsedText<SentPrompt["account"]>(row.account),
  rewriting: row.rewriting === null ? undefined : parsedText<SentPrompt["rewriting"]>(row.rewriting),
  at: row.at,
});
