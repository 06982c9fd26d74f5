/** One entry of `tutti doctor`, of the same shape as an agent's own diagnosis. */
export type Diagnosis = {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  /** What to do about it; absent when `ok`. */
  readonly fix?: string;
};

const oldestNode = 24;

/** The first git with `merge-tree --write-tree`. */
const oldestGit = { major: 2, minor: 38 };

const megabyte = 1024 * 1024;
const leastDiskBytes = 1024 * megabyte;
const wantedDiskBytes = 5 * 1024 * megabyte;

/** @param version - as in `process.versions.node` */
export function judgeNode(version: string): Diagnosis {
  const name = "node";
  if (Number.parseInt(version, 10) >= oldestNode) return { name, status: "ok", detail: version };
  return { name, status: "failed", detail: `${version} is too old`, fix: `Install Node.js ${oldestNode} or newer.` };
}

/** @param output - what `git --version` prints */
export function judgeGit(output: string): Diagnosis {
  const name = "git";
  const fix = `Install git ${oldestGit.major}.${oldestGit.minor} or newer and put it on the PATH.`;
  const [, major, minor] = /(\d+)\.(\d+)/.exec(output) ?? [];
  if (major === undefined || minor === undefined) {
    return { name, status: "failed", detail: `no version in ${JSON.stringify(output)}`, fix };
  }
  const isNewEnough =
    Number(major) > oldestGit.major || (Number(major) === oldestGit.major && Number(minor) >= oldestGit.minor);
  const detail = output.trim();
  return isNewEnough ? { name, status: "ok", detail } : { name, status: "failed", detail: `${detail} is too old`, fix };
}

/** @param folder - where slots and state are kept */
export function judgeDisk(freeBytes: number, folder: string): Diagnosis {
  const name = "disk";
  const detail = `${gigabytes(freeBytes)} free in ${folder}`;
  if (freeBytes >= wantedDiskBytes) return { name, status: "ok", detail };
  const status = freeBytes < leastDiskBytes ? "failed" : "warning";
  return { name, status, detail, fix: "Free some space, or set workspace.stateDir to a larger disk." };
}

export type MemoryFacts = {
  readonly freeBytes: number;
  readonly workers: number;
  readonly memoryPerWorkerMb: number;
  /** No task starts while less than this is free. */
  readonly minFreeMemoryMb: number;
};

export function judgeMemory({ freeBytes, workers, memoryPerWorkerMb, minFreeMemoryMb }: MemoryFacts): Diagnosis {
  const name = "memory";
  const detail = `${gigabytes(freeBytes)} free, ${workers} ${workers === 1 ? "worker needs" : "workers need"} about ${gigabytes(workers * memoryPerWorkerMb * megabyte)}`;
  if (freeBytes < minFreeMemoryMb * megabyte) {
    return { name, status: "failed", detail, fix: "Close programs: no task starts with so little memory." };
  }
  if (freeBytes >= workers * memoryPerWorkerMb * megabyte) return { name, status: "ok", detail };
  return { name, status: "warning", detail, fix: "Set execution.workers to a smaller number, or to auto." };
}

const gigabytes = (bytes: number): string => `${(bytes / megabyte / 1024).toFixed(1)} GB`;
