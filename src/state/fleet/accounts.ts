import {
  type AccountLimits,
  afterReading,
  afterRefusal,
  type LimitReading,
  nothingKnown,
} from "../../domain/quota/account-limits.ts";
import type { StateContext } from "../context.ts";
import { accountFromRow } from "../rows.ts";
import { workersAtWork } from "./workers-at-work.ts";

/** The limits of accounts, as their model servers tell them beside the work. */
export class Accounts {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** What the server told beside an answer. */
  async noteReading(account: string, reading: LimitReading): Promise<void> {
    await this.#change(account, (before, moment) => afterReading(before, reading, moment));
  }

  /** The server asked for a short pause. */
  async noteRefusal(account: string): Promise<void> {
    await this.#change(account, (before, moment) => ({ ...before, pace: afterRefusal(before.pace, moment) }));
  }

  async find(account: string): Promise<AccountLimits | undefined> {
    const row = await this.#context.store.read((db) =>
      db.selectFrom("account_limits").selectAll().where("account", "=", account).executeTakeFirst(),
    );
    return row && accountFromRow(row);
  }

  async #change(
    account: string,
    next: (before: AccountLimits, moment: { readonly now: number; readonly atWork: number }) => AccountLimits,
  ): Promise<void> {
    const now = this.#context.now();
    await this.#context.store.write(async (tx) => {
      const row = await tx.selectFrom("account_limits").selectAll().where("account", "=", account).executeTakeFirst();
      const before = row === undefined ? { account, ...nothingKnown } : accountFromRow(row);
      const { windows, warnings, pace } = next(before, { now, atWork: (await workersAtWork(tx)).size });
      const values = { reading: JSON.stringify({ windows, warnings }), pace: JSON.stringify(pace), noted_at: now };
      await tx
        .insertInto("account_limits")
        .values({ account, ...values })
        .onConflict((conflict) => conflict.column("account").doUpdateSet(values))
        .execute();
    });
  }
}
