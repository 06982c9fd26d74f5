import { fullModelName } from "../../domain/budget/model-alias.ts";
import { chargedUsd } from "../../domain/budget/price-table.ts";
import type { ModelUsage } from "../../domain/budget/usage.ts";
import type { AttemptId, JobId, TaskId } from "../../domain/ids.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type {
  InteractionEnding,
  SupervisorInteraction,
  SupervisorPurpose,
} from "../../domain/supervisor/interaction.ts";
import type { StateContext } from "../context.ts";
import { findEarlier } from "./earlier-answers.ts";
import { interactionFromRow } from "../rows.ts";
import { writeUsage } from "../attempts/sessions.ts";

/** A question as it is recorded before it is asked: redacted. */
export type AskedQuestion = {
  readonly purpose: SupervisorPurpose;
  readonly about: { readonly jobId: JobId; readonly taskId?: TaskId; readonly attemptId?: AttemptId };
  readonly supervisor: string;
  /** Equal questions have equal keys. */
  readonly contentKey: string;
  readonly system?: string;
  readonly prompt: string;
  readonly schema?: JsonObject;
};

/** What the model used, by the name that its server gives it. */
export type SpentTokens = {
  readonly model: string;
  /** As the settings name it: its price counts where the server's name has none. */
  readonly askedAs: string;
  readonly used: ModelUsage;
};

type Told<Ending> = Ending extends unknown ? Omit<Ending, "endedAt" | "used"> : never;

/** How a question ended, before it is stored. */
export type EndedQuestion = Told<InteractionEnding> & { readonly spent?: SpentTokens };

export type InteractionFilter = {
  readonly jobId: JobId;
  readonly taskId?: TaskId;
  /** Default: oldest first. */
  readonly order?: "oldest" | "newest";
  /** Only after this one in that order. */
  readonly after?: number;
  /** Default 1000. */
  readonly limit?: number;
};

/** Every question to a supervisor model and its answer. */
export class Interactions {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Before it is asked, so that also a question that a dead process had asked is seen. @returns its `seq` */
  async begin(question: AskedQuestion): Promise<number> {
    const { about, schema } = question;
    const values = {
      purpose: question.purpose,
      job_id: about.jobId,
      task_id: about.taskId ?? null,
      attempt_id: about.attemptId ?? null,
      supervisor: question.supervisor,
      content_key: question.contentKey,
      system: question.system ?? null,
      prompt: question.prompt,
      schema: schema === undefined ? null : JSON.stringify(schema),
      asked_at: this.#context.now(),
      tries: 0,
    };
    return this.#context.store.write(async (tx) => {
      const row = await tx.insertInto("interactions").values(values).returning("seq").executeTakeFirstOrThrow();
      return row.seq;
    });
  }

  /** How it ended, and in the same transaction what it has cost. A second end of one question changes nothing. */
  async end(seq: number, question: AskedQuestion, ended: EndedQuestion): Promise<void> {
    const { prices = [] } = this.#context;
    const at = this.#context.now();
    const spent = ended.spent && charged(ended.spent, { at, own: prices });
    await this.#context.store.write(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable("interactions")
        .set({
          ...columnsOf(ended),
          ...promptOf(question, ended),
          used: spent === undefined ? null : JSON.stringify(spent.used),
          ended_at: at,
        })
        .where("seq", "=", seq)
        .where("ended_at", "is", null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n || spent === undefined) return;
      const { about } = question;
      const owner = {
        key: `${about.attemptId ?? about.taskId ?? about.jobId}/supervisor/${seq}`,
        role: "supervisor",
        ...about,
      };
      await writeUsage(tx, { owner, turn: 1, usage: { [spent.model]: spent.used }, at, prices });
    });
  }

  /** What the model last answered to an equal question, in any job. */
  async findAnswer(contentKey: string): Promise<{ readonly text: string; readonly value?: Json } | undefined> {
    const row = await this.#context.store.read((db) =>
      db
        .selectFrom("interactions")
        .selectAll()
        .where("content_key", "=", contentKey)
        .where("answered_from", "=", "model")
        .orderBy("seq", "desc")
        .limit(1)
        .executeTakeFirst(),
    );
    const ending = row === undefined ? undefined : interactionFromRow(row).ending;
    if (ending?.status !== "answered") return undefined;
    return { text: ending.text, ...(ending.value === undefined ? {} : { value: ending.value }) };
  }

  /** How this very question was answered to whoever asked it and was cut short before anything came of it. */
  findEarlier(question: AskedQuestion): Promise<SupervisorInteraction | undefined> {
    return this.#context.store.read((db) => findEarlier(db, question));
  }

  async list({
    jobId,
    taskId,
    order = "oldest",
    after,
    limit = 1000,
  }: InteractionFilter): Promise<readonly SupervisorInteraction[]> {
    const isRising = order === "oldest";
    const rows = await this.#context.store.read((db) => {
      let query = db.selectFrom("interactions").selectAll().where("job_id", "=", jobId);
      if (taskId !== undefined) query = query.where("task_id", "=", taskId);
      if (after !== undefined) query = query.where("seq", isRising ? ">" : "<", after);
      return query
        .orderBy("seq", isRising ? "asc" : "desc")
        .limit(limit)
        .execute();
    });
    return rows.map(interactionFromRow);
  }
}

const charged = (spent: SpentTokens, prices: Parameters<typeof chargedUsd>[2]): SpentTokens => {
  const { model, askedAs, used } = spent;
  const costUsd = chargedUsd(used, model, prices) ?? chargedUsd(used, fullModelName(askedAs), prices);
  return { ...spent, used: { ...used, costUsd } };
};

/** One that nobody has seen may be of any length, and there may be one for each attempt while the model is down. */
const promptOf = ({ prompt }: AskedQuestion, { status, tries }: EndedQuestion): { readonly prompt?: string } =>
  status === "failed" && tries === 0 ? { prompt: shortened(prompt) } : {};

const maxUnsent = 2_000;

const shortened = (text: string): string =>
  text.length <= maxUnsent
    ? text
    : `${text.slice(0, maxUnsent).toWellFormed()}\n[… ${text.length - maxUnsent} more characters were not sent …]`;

function columnsOf(ended: EndedQuestion) {
  const sums = { status: ended.status, tries: ended.tries };
  if (ended.status === "failed") return { ...sums, failure: ended.failure, reason: ended.reason };
  const value = ended.value === undefined ? null : JSON.stringify(ended.value);
  return { ...sums, answered_from: ended.from, answer: ended.text, answer_value: value };
}
