import type { SqlStore } from "../../engine/embedded/sql-store.ts";

type Act = () => Promise<void>;

/**
 * A clock that stands still while anything happens, and jumps to the next moment at which something is due when nothing does.
 * So a workflow that sleeps for three days takes milliseconds.
 */
export class VirtualTime {
  readonly #appointments: { readonly at: number; readonly act: Act }[] = [];
  #now: number;

  /** @param startAt - milliseconds since the Unix epoch */
  constructor(startAt: number) {
    this.#now = startAt;
  }

  readonly clock = (): number => this.#now;

  /** Something that happens outside of the workflow, so much later. */
  after(delayMs: number, act: Act): void {
    this.#appointments.push({ at: this.#now + delayMs, act });
    this.#appointments.sort((a, b) => a.at - b.at);
  }

  /**
   * Called when nothing goes on: jumps to what comes first, the next appointment or what is due by itself.
   * @returns false when there is nothing to come
   */
  async jump(dueAt: number | undefined): Promise<boolean> {
    const at = Math.min(this.#appointments[0]?.at ?? Infinity, dueAt ?? Infinity);
    if (at === Infinity) return false;
    this.#now = Math.max(this.#now, at);
    const later = this.#appointments.findIndex((appointment) => appointment.at > at);
    const due = this.#appointments.splice(0, later === -1 ? Infinity : later);
    for (const { act } of due) await act();
    return true;
  }
}

export type Quiet = {
  /** Something is claimed, or could be. */
  readonly isQuiet: boolean;
  /** When the next timer of a waiting run ends. */
  readonly dueAt?: number;
};

export type TimedStoreOptions = {
  readonly time: VirtualTime;
  readonly look: () => Promise<Quiet>;
  /** The clock was set: whoever waits has to look again. */
  readonly onJump: () => void | Promise<void>;
  /** Everything waits, and nothing will ever come. */
  readonly onStandstill: () => void | Promise<void>;
};

/** The store of an engine whose worker moves the clock on when it has nothing to do. */
export function storeOnVirtualTime(inner: SqlStore, options: TimedStoreOptions): SqlStore {
  const { time, look, onJump, onStandstill } = options;
  let isJumping = false;
  const moveOn = async (): Promise<void> => {
    const { isQuiet, dueAt } = await look();
    if (!isQuiet || isJumping) return;
    isJumping = true;
    try {
      await ((await time.jump(dueAt)) ? onJump() : onStandstill());
    } finally {
      isJumping = false;
    }
  };
  return {
    transact: (command) => inner.transact(command),
    inspect: (query) => inner.inspect(query),
    watch: () => {
      const watch = inner.watch();
      return {
        wait: async (waitOptions) => {
          await moveOn();
          return watch.wait(waitOptions);
        },
      };
    },
  };
}
