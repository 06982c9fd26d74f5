import type { DiskSpace } from "../domain/schedule/admission.ts";

/** Where a process of ours or of an agent lives: this machine, a sandbox, a container, another host. */
export interface Place {
  /** Runs a shell command to its end. Never throws for what the command did. */
  run(command: PlaceCommand): Promise<CommandResult>;
  /** Ends what a dead worker left behind: everything that carries the slot's mark. Returns the pids that were ended. */
  killMarked(slotId: string): Promise<readonly number[]>;
  /** Ends a process group, unless its leader is not the process that was meant. */
  killGroup(group: ProcessIdentity): Promise<void>;
  isAlive(process: ProcessIdentity): Promise<boolean>;
  /** Facts for admission. */
  resources(): Promise<PlaceResources>;
  /** What may still be written where each of `paths` is, or will be. */
  freeDisk(paths: readonly string[]): Promise<readonly DiskSpace[]>;
  /** What living processes and all that they have started use, in bytes; those that are gone or alone are left out. */
  memoryOf(processes: readonly ProcessIdentity[]): Promise<readonly number[]>;
}

/** A pid alone is reused; pid and start time name one process of this boot. */
export type ProcessIdentity = { readonly pid: number; readonly startTime: string };

export type PlaceCommand = {
  /** For `sh -c`. */
  readonly command: string;
  /** Absolute. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

export type CommandResult = {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly isTimedOut: boolean;
  readonly isAborted: boolean;
  readonly durationMs: number;
  /** The last part of stdout and stderr as they came, at most 8,000 characters. */
  readonly outputTail: string;
};

export type PlaceResources = {
  readonly cores: number;
  readonly freeMemoryBytes: number;
  /** One-minute load average. */
  readonly loadAverage: number;
};
