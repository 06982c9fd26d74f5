import type { AgentCeiling } from "../quota/account-limits.ts";

/** Free space where slots or state are kept. */
export type DiskSpace = { readonly path: string; readonly freeBytes: number };

export type AdmissionFacts = {
  /** The job's limit. */
  readonly maxWorkers: number;
  /** Live worker processes. */
  readonly liveWorkers: number;
  /** Tasks that a worker has, or that could start now. */
  readonly runnableTasks: number;
  readonly freeMemoryBytes: number;
  /** What one worker is expected to need. */
  readonly memoryPerWorkerMb: number;
  /** What live workers with their agents really use, each for itself; it counts instead of the expectation. */
  readonly measuredWorkerBytes?: readonly number[];
  readonly minFreeMemoryMb: number;
  readonly disks: readonly DiskSpace[];
  readonly minFreeDiskMb: number;
  /** One-minute load average. */
  readonly loadAverage: number;
  readonly cores: number;
  /** What the account allows; absent: nothing is known that would hold agents back. */
  readonly ceiling?: AgentCeiling | undefined;
};

/** Why fewer agents run than the job allows. */
export type Hold = {
  readonly by: "memory" | "load" | "disk" | "account";
  /** Agents that may run at once meanwhile. */
  readonly agents: number;
  /** With the numbers, for people. */
  readonly reason: string;
};

export type Admission = { readonly start: number; readonly hold: Hold | undefined };

const bytesPerMb = 1024 * 1024;
/** Agents mostly wait for their model, so that several fit on a core; a machine this far behind gets no more of them. */
const maxLoadPerCore = 4;

/**
 * How many workers to start now, and what keeps it from being more. The first is admitted whatever memory and load say: a job
 * must be able to move on a small machine. On a full disk nothing moves.
 */
export function admitWorkers(facts: AdmissionFacts): Admission {
  const { liveWorkers, maxWorkers, runnableTasks } = facts;
  const wanted = Math.min(maxWorkers, runnableTasks);
  if (wanted <= 0) return { start: 0, hold: undefined };
  const strictest = holdsOf(facts, wanted).toSorted((a, b) => a.agents - b.agents)[0];
  if (strictest === undefined) return { start: Math.max(0, wanted - liveWorkers), hold: undefined };
  return { start: Math.max(0, strictest.agents - liveWorkers), hold: strictest };
}

function holdsOf(facts: AdmissionFacts, wanted: number): readonly Hold[] {
  const holds = [diskHold(facts), accountHold(facts), loadHold(facts), memoryHold(facts)];
  return holds.filter((hold) => hold !== undefined).filter(({ agents }) => agents < wanted);
}

/** What a disk that is too full says; `undefined`: there is room. */
export function diskHold({ disks, minFreeDiskMb }: Pick<AdmissionFacts, "disks" | "minFreeDiskMb">): Hold | undefined {
  const full = disks.find(({ freeBytes }) => freeBytes < minFreeDiskMb * bytesPerMb);
  if (full === undefined) return undefined;
  const reason = `only ${megabytes(full.freeBytes)} of disk are free at ${full.path}, and execution.minFreeDiskMb is ${minFreeDiskMb} MB`;
  return { by: "disk", agents: 0, reason };
}

const accountHold = ({ ceiling }: AdmissionFacts): Hold | undefined => ceiling && { by: "account", ...ceiling };

function loadHold({ loadAverage, cores, liveWorkers }: AdmissionFacts): Hold | undefined {
  if (loadAverage <= cores * maxLoadPerCore) return undefined;
  const reason = `the machine has ${Math.round(loadAverage)} processes waiting for its ${cores} cores`;
  return { by: "load", agents: Math.max(1, liveWorkers), reason };
}

function memoryHold(facts: AdmissionFacts): Hold | undefined {
  const { freeMemoryBytes, minFreeMemoryMb, liveWorkers } = facts;
  const perWorker = workerMemory(facts);
  const spareBytes = freeMemoryBytes - minFreeMemoryMb * bytesPerMb;
  const more = Math.max(0, Math.floor(spareBytes / perWorker.bytes));
  const reason = `${megabytes(freeMemoryBytes)} of memory are free, ${minFreeMemoryMb} MB of them to be kept, and one agent needs ${megabytes(perWorker.bytes)} (${perWorker.source})`;
  return { by: "memory", agents: Math.max(1, liveWorkers + more), reason };
}

/** The hungriest that lives now: the next one may become as large. */
function workerMemory({ measuredWorkerBytes = [], memoryPerWorkerMb }: AdmissionFacts) {
  const [count, largest] = [measuredWorkerBytes.length, Math.max(0, ...measuredWorkerBytes)];
  return largest > 0
    ? { bytes: largest, source: `measured: the largest of ${count}` }
    : { bytes: memoryPerWorkerMb * bytesPerMb, source: "execution.memoryPerWorkerMb, not measured yet" };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / bytesPerMb)} MB`;
