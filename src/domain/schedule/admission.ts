export type AdmissionFacts = {
  /** The job's limit. */
  readonly maxWorkers: number;
  /** Live worker processes. */
  readonly liveWorkers: number;
  /** Tasks that a worker has, or that could start now. */
  readonly runnableTasks: number;
  readonly freeMemoryBytes: number;
  readonly memoryPerWorkerMb: number;
  readonly minFreeMemoryMb: number;
  /** One-minute load average. */
  readonly loadAverage: number;
  readonly cores: number;
};

export type Admission = { readonly start: number; readonly heldBy: "memory" | "load" | undefined };

const bytesPerMb = 1024 * 1024;
/** Agents mostly wait for their model, so that several fit on a core; a machine this far behind gets no more of them. */
const maxLoadPerCore = 4;

/**
 * How many workers to start now. The first is always admitted: a job must be able to move on a small machine.
 */
export function admitWorkers(facts: AdmissionFacts): Admission {
  const wanted = Math.max(0, Math.min(facts.maxWorkers, facts.runnableTasks) - facts.liveWorkers);
  if (wanted === 0) return { start: 0, heldBy: undefined };
  const spareMb = facts.freeMemoryBytes / bytesPerMb - facts.minFreeMemoryMb;
  const byMemory = Math.max(0, Math.floor(spareMb / facts.memoryPerWorkerMb));
  const isOverloaded = facts.loadAverage > facts.cores * maxLoadPerCore;
  const admitted = isOverloaded ? 0 : Math.min(wanted, byMemory);
  const start = facts.liveWorkers === 0 ? Math.max(1, admitted) : admitted;
  return { start, heldBy: start === wanted ? undefined : isOverloaded ? "load" : "memory" };
}
