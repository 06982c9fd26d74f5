import type { ErrorJson } from "../../domain/errors.ts";
import { appendEvent } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import { errorFromText } from "../rows.ts";

/** No dispatch on this account, for any job, until `until` or a person. */
export type Pause = {
  readonly account: string;
  readonly since: number;
  /** Milliseconds since the Unix epoch; absent when the server didn't say. */
  readonly until: number | undefined;
  readonly error: ErrorJson;
};

/** Accounts whose quota, billing or login ended. */
export class Pauses {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /**
   * Says so in the log unless the account is paused already until that time or later. Of several refusals of the same kind
   * the latest reset counts: one that doesn't name it takes none away.
   */
  async pause(account: string, resetAt: number | undefined, error: ErrorJson): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const before = await tx.selectFrom("pauses").selectAll().where("account", "=", account).executeTakeFirst();
      const isHeld = before !== undefined && isInForce(before.until, at);
      const isSame = isHeld && errorFromText(before.error).code === error.code;
      const until = (isSame ? latest(before.until, resetAt) : resetAt) ?? null;
      const values = { since: isHeld ? before.since : at, until, error: JSON.stringify(error) };
      await tx
        .insertInto("pauses")
        .values({ account, ...values })
        .onConflict((conflict) => conflict.column("account").doUpdateSet(values))
        .execute();
      if (isSame && before?.until === until) return;
      await appendEvent(tx, { at, type: "dispatch-paused", subject: {}, data: { account, until, error } });
    });
  }

  async resume(account: string): Promise<void> {
    const at = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const gone = await tx.deleteFrom("pauses").where("account", "=", account).executeTakeFirst();
      if (Number(gone.numDeletedRows) === 0) return;
      await appendEvent(tx, { at, type: "dispatch-resumed", subject: {}, data: { account } });
    });
  }

  /** A pause whose reset has come is over. */
  async isPaused(account: string): Promise<boolean> {
    const pause = await this.find(account);
    return pause !== undefined && isInForce(pause.until ?? null, this.#context.now());
  }

  async find(account: string): Promise<Pause | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("pauses").selectAll().where("account", "=", account).executeTakeFirst(),
    );
    if (row === undefined) return undefined;
    return { account, since: row.since, until: row.until ?? undefined, error: errorFromText(row.error) };
  }
}

const latest = (before: number | null, now: number | undefined): number | undefined =>
  before === null || now === undefined ? (before ?? now) : Math.max(before, now);

const isInForce = (until: number | null, now: number): boolean => until === null || until > now;
