import type { ModelPrice } from "../../domain/budget/model-price.ts";
import { chargedUsd } from "../../domain/budget/price-table.ts";
import type { Usage } from "../../domain/budget/usage.ts";
import { addUsage } from "../../domain/budget/usage.ts";
import { jobOfTask, type JobId, type SessionId, type SlotId, type TaskId } from "../../domain/ids.ts";
import type { AgentAnswer, AgentConversation } from "../../domain/model.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { conversationFromRow } from "../rows.ts";
import type { UsageRow } from "../schema.ts";

export type ConversationOwner = {
  /** Stable over restarts: the attempt's id, or `<job>/plan`, `<job>/review`, `<attempt>/resolve`. */
  readonly key: string;
  readonly jobId: JobId;
  readonly taskId?: TaskId;
  readonly role: string;
};

/** Agent conversations and what they cost. */
export class Sessions {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  async find(key: string): Promise<AgentConversation | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("sessions").selectAll().where("key", "=", key).executeTakeFirst(),
    );
    return row && conversationFromRow(row);
  }

  /** Opens the conversation, or its next turn when it exists. In another slot it starts over: transcripts belong to a path. */
  async beginTurn(owner: ConversationOwner, slotId: SlotId): Promise<AgentConversation> {
    const before = await this.find(owner.key);
    const sessionId = before?.slotId === slotId ? before.sessionId : undefined;
    const turn = (before?.turn ?? 0) + 1;
    await this.#context.store.write(async (tx) => {
      const values = {
        job_id: owner.jobId,
        task_id: owner.taskId ?? null,
        role: owner.role,
        slot_id: slotId,
        session_id: sessionId ?? null,
        turns: turn,
        started_at: this.#context.now(),
      };
      await tx
        .insertInto("sessions")
        .values({ key: owner.key, ...values })
        .onConflict((conflict) => conflict.column("key").doUpdateSet(values))
        .execute();
    });
    return { key: owner.key, role: owner.role, slotId, sessionId, turn, answer: before?.answer };
  }

  /** As soon as the agent names its conversation: from here on it can be resumed. */
  async noteSession(
    owner: ConversationOwner,
    started: { sessionId: SessionId; model: string; pid?: number },
  ): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      await tx
        .updateTable("sessions")
        .set({ session_id: started.sessionId, pid: started.pid ?? null })
        .where("key", "=", owner.key)
        .execute();
      const subject = { jobId: owner.jobId, ...(owner.taskId === undefined ? {} : { taskId: owner.taskId }) };
      const data = { role: owner.role, sessionId: started.sessionId, model: started.model };
      await appendEvent(tx, { at, type: "agent-session-started", subject, data });
    });
  }

  /** What the conversation came to, for whoever would ask the same again. */
  async keepAnswer(key: string, answer: AgentAnswer): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx
        .updateTable("sessions")
        .set({ answer: JSON.stringify(answer) })
        .where("key", "=", key)
        .execute();
    });
  }

  /** Forgets a conversation that can't be resumed, and what it came to. */
  async forget(key: string): Promise<void> {
    await this.#context.store.write(async (tx) => {
      await tx.updateTable("sessions").set({ session_id: null, answer: null }).where("key", "=", key).execute();
    });
  }

  /** Cumulative for the turn: a later call replaces an earlier one, so that a killed turn still counts. */
  async recordUsage(owner: ConversationOwner, turn: number, usage: Usage): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      await writeUsage(tx, { owner, turn, usage, at, prices: this.#context.prices ?? [] });
    });
  }

  /** Summed up by the store: it is asked for at every look at a job, and a job may have ten thousand turns. */
  async usageOfJob(jobId: JobId): Promise<Usage> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("usage")
        .select(({ fn }) => [
          "model",
          fn.sum<number>("input_tokens").as("input_tokens"),
          fn.sum<number>("output_tokens").as("output_tokens"),
          fn.sum<number>("cache_read_tokens").as("cache_read_tokens"),
          fn.sum<number>("cache_write_tokens").as("cache_write_tokens"),
          fn.sum<number | null>("cost_usd").as("cost_usd"),
          fn.countAll<number>().as("rows"),
          fn.count<number>("cost_usd").as("priced"),
        ])
        .where("job_id", "=", jobId)
        .groupBy("model")
        .execute(),
    );
    return sumRows(rows.map((row) => ({ ...row, cost_usd: row.priced < row.rows ? null : row.cost_usd })));
  }

  async usageOfTask(taskId: TaskId): Promise<Usage> {
    const rows = await this.#context.store.read((db) =>
      db
        .selectFrom("usage")
        .selectAll()
        .where("job_id", "=", jobOfTask(taskId))
        .where("task_id", "=", taskId)
        .execute(),
    );
    return sumRows(rows);
  }

  async usageByTask(jobId: JobId): Promise<ReadonlyMap<string, Usage>> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("usage").selectAll().where("job_id", "=", jobId).where("task_id", "is not", null).execute(),
    );
    const byTask = Map.groupBy(rows, (row) => row.task_id ?? "");
    return new Map([...byTask].map(([task, own]) => [task, sumRows(own)]));
  }
}

type UsageOfTurn = {
  readonly owner: ConversationOwner;
  readonly turn: number;
  readonly usage: Usage;
  readonly at: number;
  /** A person's own. */
  readonly prices: readonly ModelPrice[];
};

/** Part of the transaction that records what a turn has used so far. */
export async function writeUsage(tx: Tx, { owner, turn, usage, at, prices }: UsageOfTurn): Promise<void> {
  for (const [model, used] of Object.entries(usage)) {
    const counts = {
      input_tokens: used.inputTokens,
      output_tokens: used.outputTokens,
      cache_read_tokens: used.cacheReadTokens,
      cache_write_tokens: used.cacheWriteTokens,
      // While a turn runs, and when it is killed, only a table says what it cost.
      cost_usd: chargedUsd(used, model, { at, own: prices }),
      at,
    };
    const place = { session_key: owner.key, turn, model, job_id: owner.jobId };
    await tx
      .insertInto("usage")
      .values({ ...place, task_id: owner.taskId ?? null, role: owner.role, ...counts })
      .onConflict((conflict) => conflict.columns(["session_key", "turn", "model"]).doUpdateSet(counts))
      .execute();
  }
}

type Counts = Pick<
  UsageRow,
  "model" | "input_tokens" | "output_tokens" | "cache_read_tokens" | "cache_write_tokens" | "cost_usd"
>;

const sumRows = (rows: readonly Counts[]): Usage =>
  addUsage(
    ...rows.map((row) => ({
      [row.model]: {
        inputTokens: row.input_tokens,
        outputTokens: row.output_tokens,
        cacheReadTokens: row.cache_read_tokens,
        cacheWriteTokens: row.cache_write_tokens,
        costUsd: row.cost_usd,
      },
    })),
  );
