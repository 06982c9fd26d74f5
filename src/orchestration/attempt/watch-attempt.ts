import { TuttiError } from "../../domain/errors.ts";
import { agreeWithSnapshot, type ResultFile } from "../../domain/watch/agree-with-snapshot.ts";
import type { FileChange } from "../../domain/watch/file-change.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";
import { filesOfResult, watchSlot, type Slot, type Snapshot, type WatchedSlot } from "../../workspace/index.ts";

/** How long changes wait for others to be written with. */
const flushMs = 500;

/** See `AgentTurn.lifeSigns`. */
export type LifeSigns = (saw: () => void) => void;

type Place = AttemptStep & { readonly slot: Slot };

/** Records what happens to the files of a slot while an attempt runs in it, unless the job does not want it. */
export async function whileWatched<T>(
  desk: JobDesk,
  place: Place,
  work: (lifeSigns: LifeSigns) => Promise<T>,
): Promise<T> {
  if (desk.job.options.watch?.enabled !== true) return work(() => undefined);
  const recorder = new ChangeRecorder(desk, place);
  try {
    return await work(recorder.lifeSigns);
  } finally {
    await recorder.close();
  }
}

/** For watching only, like the agents' activity: what goes wrong with it is logged and never stops the work. */
class ChangeRecorder {
  readonly #desk: JobDesk;
  readonly #step: AttemptStep;
  readonly #watching: Promise<WatchedSlot | undefined>;
  readonly #listeners = new Set<() => void>();
  #trouble: string | undefined;
  #pending: FileChange[] = [];
  #accepted = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writes: Promise<void> = Promise.resolve();

  constructor(desk: JobDesk, place: Place) {
    this.#desk = desk;
    this.#step = place;
    this.#watching = this.#start(place.slot, Date.now());
  }

  readonly lifeSigns: LifeSigns = (saw) => {
    this.#listeners.add(saw);
  };

  /** Writes what was seen until then. Never throws. */
  async close(): Promise<void> {
    const watching = await this.#watching;
    await watching?.close();
    this.#listeners.clear();
    this.#flush();
    await this.#writes;
  }

  async #start(slot: Slot, since: number): Promise<WatchedSlot | undefined> {
    const { debounceMs = 75, ignore = [] } = this.#desk.job.options.watch ?? {};
    try {
      return await watchSlot(slot, {
        since,
        debounceMs,
        ignore,
        now: this.#desk.services.now,
        onChanges: (changes) => this.#add(changes),
        onTrouble: (reason) => this.#note(reason),
      });
    } catch (thrown) {
      this.#note(TuttiError.from(thrown).message);
      return undefined;
    }
  }

  async #add(changes: readonly FileChange[]): Promise<void> {
    for (const saw of this.#listeners) saw();
    const { services, job } = this.#desk;
    const room = Math.max(0, (job.options.watch?.maxChangesPerAttempt ?? 0) - this.#accepted);
    const kept = changes.slice(0, room);
    this.#accepted += kept.length;
    this.#dropped += changes.length - kept.length;
    this.#pending.push(...kept.map((change) => ({ ...change, path: services.redact(change.path) })));
    this.#timer ??= setTimeout(() => this.#flush(), flushMs).unref();
  }

  #note(reason: string): void {
    this.#trouble = reason;
    this.#desk.services.logger.warn("the files of an attempt are not watched well", {
      attempt: this.#step.begun.id,
      reason,
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [changes, dropped] = [this.#pending, this.#dropped];
    [this.#pending, this.#dropped] = [[], 0];
    if (changes.length === 0 && dropped === 0 && this.#trouble === undefined) return;
    this.#writes = this.#writes
      .then(() => this.#write(changes, dropped))
      .catch((thrown: unknown) =>
        this.#desk.services.logger.warn("file changes were not written", { error: String(thrown) }),
      );
  }

  async #write(changes: readonly FileChange[], dropped: number): Promise<void> {
    const { state } = this.#desk.services;
    const { lease, begun } = this.#step;
    const mode = (await this.#watching)?.mode ?? "polling";
    await state.fileChanges.record(lease, { attemptId: begun.id, mode, trouble: this.#trouble, dropped }, changes);
  }
}

/**
 * Makes the history of an attempt agree with its snapshot, in the slot that it was just taken of. Where an attempt goes on with
 * the work of earlier ones on the same base, what those were seen to do counts. Like all of the history it never stops the work.
 */
export async function agreeWithResult(
  desk: JobDesk,
  proof: Place,
  taken: Pick<Snapshot, "changedFiles">,
): Promise<void> {
  if (desk.job.options.watch?.enabled !== true) return;
  try {
    const limited = taken.changedFiles.slice(0, desk.job.options.watch.maxChangesPerAttempt);
    const result = await filesOfResult(proof.slot, limited);
    await writeAgreement(desk, proof, { result, paths: new Set(taken.changedFiles.map(({ path }) => path)) });
  } catch (thrown) {
    const { message } = TuttiError.from(thrown);
    desk.services.logger.warn("file changes were not compared with the snapshot", { error: message });
  }
}

async function writeAgreement(
  { services }: JobDesk,
  { lease, begun }: Place,
  { result, paths }: { readonly result: readonly ResultFile[]; readonly paths: ReadonlySet<string> },
): Promise<void> {
  const { state, redact } = services;
  const attempts = await state.attempts.list(lease.taskId);
  const onSameBase = new Set(attempts.filter(({ baseCommit }) => baseCommit === begun.baseCommit).map(({ id }) => id));
  const { changes } = await state.fileChanges.ofTask(lease.taskId);
  const history = changes.filter(({ attemptId }) => onSameBase.has(attemptId));
  const shown = result.map((file) => ({ ...file, path: redact(file.path) }));
  const { missed, undone } = agreeWithSnapshot(history, shown);
  const at = services.now();
  await state.fileChanges.agree(lease, begun.id, {
    missed: missed.map((file) => ({ ...file, at })),
    undone: undone.filter((path) => !paths.has(path)),
  });
}
