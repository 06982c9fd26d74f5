import { describe, expect, it } from "./vitest.ts";
import type { Store } from "../stores/port.ts";
import type { ProbeTables } from "./probe-tables.ts";

/** One empty database and the ways into it. */
export type StoreUnderTest = {
  readonly store: Store<ProbeTables>;
  /** Another store object on the same database, as another process would have. */
  readonly openSecond: () => Promise<Store<ProbeTables>>;
  /** Closes every store that was opened, and removes the database. */
  readonly remove: () => Promise<void>;
};

type Probe = Store<ProbeTables>;

/** Each body proves one numbered promise of `Store`. The record is the whole contract: nothing runs outside it. */
const promises: Readonly<Record<string, (under: StoreUnderTest) => Promise<void>>> = {
  "STORE-01 a write is seen by the reads after it, through every store object": async ({ store, openSecond }) => {
    await put(store, "a", 1);
    expect(await amountOf(store, "a")).toBe(1);
    expect(await amountOf(await openSecond(), "a")).toBe(1);
  },
  "STORE-02 a command that throws leaves nothing, and its error reaches the caller": async ({ store }) => {
    const failing = store.write(async (tx) => {
      await tx.insertInto("probe").values({ name: "a", amount: 1 }).execute();
      throw new RangeError("halfway");
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await amountOf(store, "a")).toBeUndefined();
  },
  "STORE-03 a query that fails undoes its whole command, and the next command works": async ({ store }) => {
    await put(store, "a", 1);
    const failing = store.write(async (tx) => {
      await tx.insertInto("probe").values({ name: "b", amount: 1 }).execute();
      await tx.insertInto("probe").values({ name: "a", amount: 2 }).execute();
    });
    await expect(failing).rejects.toThrow();
    await put(store, "c", 3);
    expect(await amountOf(store, "b")).toBeUndefined();
    expect(await amountOf(store, "c")).toBe(3);
  },
  "STORE-04 writes of one store object never interleave": async ({ store }) => {
    await put(store, "a", 0);
    await Promise.all(Array.from({ length: 50 }, () => addOne(store)));
    expect(await amountOf(store, "a")).toBe(50);
  },
  "STORE-05 writes through several store objects lose no update": async ({ store, openSecond }) => {
    const second = await openSecond();
    await put(store, "a", 0);
    await Promise.all(Array.from({ length: 50 }, (_, index) => addOne(index % 2 === 0 ? store : second)));
    expect(await amountOf(store, "a")).toBe(50);
  },
  "STORE-06 a read sees nothing of a transaction that hasn't committed": async ({ store, openSecond }) => {
    const second = await openSecond();
    const seen = await store.write(async (tx) => {
      await tx.insertInto("probe").values({ name: "a", amount: 1 }).execute();
      return Promise.all([amountOf(store, "a"), amountOf(second, "a")]);
    });
    expect(seen).toEqual([undefined, undefined]);
  },
  "STORE-07 a commit through another store object wakes whoever waits": async ({ store, openSecond }) => {
    const second = await openSecond();
    const watch = store.watch();
    const woken = watch.wait(long);
    await put(second, "a", 1);
    expect(await woken).toBe(true);
  },
  "STORE-08 a commit of the same store object wakes too": async ({ store }) => {
    const woken = store.watch().wait(long);
    await put(store, "a", 1);
    expect(await woken).toBe(true);
  },
  "STORE-09 a commit between two waits wakes the second": async ({ store, openSecond }) => {
    const second = await openSecond();
    await settle(() => store.waitForChange(short));
    await put(second, "a", 1);
    expect(await store.waitForChange(long)).toBe(true);
  },
  "STORE-10 each watch hears of a commit, whatever the others heard before": async ({ store, openSecond }) => {
    const second = await openSecond();
    const [one, two] = [store.watch(), store.watch()];
    await put(second, "a", 1);
    expect(await one.wait(long)).toBe(true);
    expect(await two.wait(long)).toBe(true);
  },
  "STORE-11 a wait ends with false when nothing was committed in time": async ({ store }) => {
    const watch = store.watch();
    await settle(() => watch.wait(short));
    expect(await watch.wait(short)).toBe(false);
  },
  "STORE-12 a wait ends with false when its signal aborts, before or during it": async ({ store }) => {
    const watch = store.watch();
    await settle(() => watch.wait(short));
    const abort = new AbortController();
    const waiting = watch.wait({ ...long, signal: abort.signal });
    abort.abort();
    expect(await waiting).toBe(false);
    expect(await watch.wait({ ...long, signal: abort.signal })).toBe(false);
  },
  "STORE-13 a closed store ends the waits on it and refuses reads and writes": async ({ openSecond }) => {
    const second = await openSecond();
    const watch = second.watch();
    await settle(() => watch.wait(short));
    const waiting = watch.wait(long);
    await second.close();
    expect(await waiting).toBe(false);
    await expect(amountOf(second, "a")).rejects.toMatchObject({ code: "STATE_UNAVAILABLE" });
    await expect(put(second, "a", 1)).rejects.toMatchObject({ code: "STATE_UNAVAILABLE" });
  },
};

const long = { timeoutMs: 10_000 };
const short = { timeoutMs: 20 };

/**
 * @param open - a fresh, empty database; called once for each promise
 * @param knownFailures - promise ids that this store breaks; a listed promise that holds fails the suite
 */
export function storeConformance(
  name: string,
  open: () => Promise<StoreUnderTest>,
  knownFailures: readonly string[] = [],
): void {
  describe(`store conformance: ${name}`, () => {
    for (const [title, prove] of Object.entries(promises)) {
      const run = knownFailures.some((id) => title.startsWith(`${id} `)) ? it.fails : it;
      run(title, async () => {
        const under = await open();
        try {
          await prove(under);
        } finally {
          await under.remove();
        }
      });
    }
  });
}

async function put(store: Probe, name: string, amount: number): Promise<void> {
  await store.write((tx) => tx.insertInto("probe").values({ name, amount }).execute());
}

async function amountOf(store: Probe, name: string): Promise<number | undefined> {
  const row = await store.read((db) =>
    db.selectFrom("probe").select("amount").where("name", "=", name).executeTakeFirst(),
  );
  return row?.amount;
}

/** Reads, then writes what it read: loses an update unless the whole command has the database to itself. */
async function addOne(store: Probe): Promise<void> {
  await store.write(async (tx) => {
    const { amount } = await tx.selectFrom("probe").select("amount").where("name", "=", "a").executeTakeFirstOrThrow();
    await tx
      .updateTable("probe")
      .set({ amount: amount + 1 })
      .where("name", "=", "a")
      .execute();
  });
}

/** Waits until the spurious wake-ups that a store may give are over. */
async function settle(wait: () => Promise<boolean>): Promise<void> {
  if (await wait()) await settle(wait);
}
