import { TuttiError } from "../../domain/errors.ts";
import { type Boundary, CrashableStore } from "./crashable-store.ts";
import { MemoryEffectLog } from "./effect-log.ts";
import { MemoryStore } from "./memory-store.ts";
import { RunLife, type WorkflowCase } from "./run-life.ts";
import { differences, factsOf, type RunFacts, type Survivor } from "./survival.ts";

export type RestartOptions = {
  /** Draws at which records the worker dies. Default: at every one, before and after in turn. */
  readonly seed?: number;
};

export type Restarts = {
  /** How often the worker died. */
  readonly deaths: number;
  /** What a run that was left alone does otherwise. */
  readonly problems: readonly string[];
};

const run = "run";

/**
 * Runs a workflow twice: undisturbed, and with its worker dying between records again and again, as if by kill -9. Both must come to
 * the same, with the same journal, and nothing that was recorded may begin again. In memory, on virtual time: milliseconds.
 *
 * Stubs answer by what the call is (`prompt`, `path`): the order of calls in branches is not the same after a restart.
 */
export async function restartEverywhere(given: WorkflowCase, { seed }: RestartOptions = {}): Promise<Restarts> {
  const whole = await live(given, () => undefined);
  const survivor = await live(given, seed === undefined ? inTurn : drawnFrom(seed));
  return { deaths: survivor.deaths.length, problems: differences(whole, survivor) };
}

type NextDeath = (life: number) => Boundary | undefined;

const inTurn: NextDeath = (life) => (life % 2 === 0 ? { n: 1, side: "after" } : { n: 2, side: "before" });

function drawnFrom(seed: number): NextDeath {
  const draw = mulberry32(seed);
  return () => {
    const n = 1 + Math.floor(draw() * 4);
    return draw() < 0.5 ? { n, side: "after" } : { n: n + 1, side: "before" };
  };
}

async function live(given: WorkflowCase, nextDeath: NextDeath): Promise<Survivor> {
  const store = await MemoryStore.open();
  const log = new MemoryEffectLog();
  const deaths: RunFacts[] = [];
  const closing: Promise<void>[] = [];
  const facts = () => store.inspect((session) => factsOf(session, run));
  for (let life = 1; ; life += 1) {
    const { hasEnded, close } = await liveOnce({ given, store, log, life, boundary: nextDeath(life) });
    closing.push(close());
    if (hasEnded) break;
    deaths.push(await facts());
  }
  const survivor = { facts: await facts(), effects: log.effects, deaths };
  await Promise.all(closing);
  store.close();
  return survivor;
}

type OneLife = {
  readonly given: WorkflowCase;
  readonly store: MemoryStore;
  readonly log: MemoryEffectLog;
  readonly life: number;
  readonly boundary: Boundary | undefined;
};

async function liveOnce({ given, store, log, life, boundary }: OneLife) {
  const death = Promise.withResolvers<never>();
  death.promise.catch(() => undefined);
  const crashable = new CrashableStore(store, () => death.promise);
  const died = boundary === undefined ? new Promise<never>(() => undefined) : crashable.park(run, boundary);
  const isDead = () => crashable.isParked(run);
  const current = new RunLife({
    ...{ store: crashable, case: given, log, life, concurrency: 1, isDead },
    isParked: isDead,
  });
  await current.enter(run);
  await current.work();
  const hasEnded = await Promise.race([current.ended(run).then(() => true), died.then(() => false)]);
  const close = async () => {
    death.reject(new TuttiError("LEASE_LOST", "The worker has died", { failureClass: "killed" }));
    await current.engine.close();
  };
  return { hasEnded, close };
}

/** Tommy Ettinger's generator: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
