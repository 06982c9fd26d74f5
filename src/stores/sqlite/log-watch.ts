import { type FSWatcher, watch } from "node:fs";

/**
 * Hears of every write to the write-ahead log as soon as it happens, where the system can tell (inotify and its like). The file
 * lives as long as any connection does, and a commit never replaces it. A hint and no more: the write comes a moment before the
 * commit can be seen, some file systems say nothing, and the number of watches is limited.
 */
export class LogWatch {
  readonly #path: string;
  readonly #onWrite: () => void;
  #watcher: FSWatcher | undefined;
  #isHopeless = false;

  /** @param databasePath - of the database; its log lies beside it */
  constructor(databasePath: string, onWrite: () => void) {
    this.#path = `${databasePath}-wal`;
    this.#onWrite = onWrite;
  }

  /**
   * Does nothing where it runs already, or could not be started before. Never keeps the process alive.
   * @returns whether it began to listen now
   */
  start(): boolean {
    if (this.#watcher !== undefined || this.#isHopeless) return false;
    try {
      this.#watcher = watch(this.#path, { persistent: false }, this.#onWrite);
      this.#watcher.on("error", () => this.#giveUp());
      return true;
    } catch {
      this.#isHopeless = true;
      return false;
    }
  }

  close(): void {
    this.#giveUp();
  }

  #giveUp(): void {
    this.#isHopeless = true;
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
