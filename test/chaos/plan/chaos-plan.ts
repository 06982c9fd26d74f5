import type { KillTarget } from "../../support/crash/kill-targets.ts";

export type ChaosTask = {
  readonly key: string;
  readonly dependsOn: readonly string[];
  readonly priority: number;
  /** How long its agent thinks before it works. */
  readonly thinkingMs: number;
  /** A gate refuses its first attempt. */
  readonly isWrongAtFirst: boolean;
  /** It adds a line where others add theirs: a merge conflict. */
  readonly addsLine: boolean;
  /** So many requests are answered with a server's failure first. Fake agent only. */
  readonly outages: number;
};

/** Of the processes that run at the moment; `index` counts round and round. */
export type Victim =
  | { readonly role: "coordinator" }
  | { readonly role: "everything" }
  | { readonly role: "worker" | "agent"; readonly index: number };

/** What is done to a job from outside. */
export type Disturbance =
  /** SIGKILL. */
  | { readonly kind: "kill"; readonly victim: Victim }
  /** SIGSTOP, and SIGCONT later. */
  | { readonly kind: "freeze"; readonly victim: Victim; readonly forMs: number }
  /** Another process holds a write transaction on the database. */
  | { readonly kind: "lock-database"; readonly forMs: number }
  /** Nothing fits on the disk that holds state and slots. */
  | { readonly kind: "fill-disk"; readonly forMs: number }
  /** The clock of every process of ours is set. */
  | { readonly kind: "jump-clock"; readonly byMs: number }
  /** A second `tutti resume` beside the first command, so long after it is due: a frozen coordinator's lease may be over by then. */
  | { readonly kind: "rival"; readonly afterMs: number }
  /** The model server answers everything with this status. */
  | { readonly kind: "storm"; readonly status: number; readonly forMs: number }
  /** The model server ends and comes back on the same port. */
  | { readonly kind: "restart-model"; readonly awayMs: number };

/** Due as soon as the job's log has so many events: a count comes the same on a slow machine, a time doesn't. */
export type DueDisturbance = Disturbance & { readonly afterEvents: number };

export const chaosWorkflows = ["fan-out", "pipeline", "map-reduce"] as const;
export type ChaosWorkflow = (typeof chaosWorkflows)[number];

/** Everything that one seed does; it derives from the seed alone. */
export type ChaosPlan = {
  readonly seed: number;
  readonly agent: "fake" | "claude";
  readonly workers: number;
  readonly leaseMs: number;
  readonly tasks: readonly ChaosTask[];
  /** The ready workflow that asks for the tasks, whatever they depend on. `undefined`: the manager plans them. */
  readonly workflow: ChaosWorkflow | undefined;
  /** How the clock is set: by our own port, or under Debian's `faketime`. */
  readonly clock: "port" | "faketime";
  /** State and slots are on a disk of their own that can be filled. */
  readonly hasSmallDisk: boolean;
  /** The job is allowed no more until a person allows it more. */
  readonly budgetUsd: number | undefined;
  /** At these moments a process kills itself, once each. */
  readonly faults: readonly KillTarget[];
  readonly disturbances: readonly DueDisturbance[];
};

/** What every turn of an agent costs under a budget. */
export const turnCostUsd = 0.001;
