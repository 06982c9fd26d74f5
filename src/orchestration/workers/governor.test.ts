import { hostname } from "node:os";

import { expect, it, onTestFinished } from "vitest";

import { asJobId, asWorkerId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import { localPlace } from "../../places/local/local-place.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { Governor } from "./governor.ts";

const plentyBytes = 64 * 1024 ** 3;

type Machine = {
  readonly freeMemoryBytes?: number;
  readonly isDiskFull?: boolean;
  readonly strategy?: Job["strategy"];
};

/** The governor of one job on a machine with so much room, and how often it has looked at that machine. */
async function governed({ freeMemoryBytes = plentyBytes, isDiskFull = false, strategy = "manager" }: Machine) {
  const open = await openState([{ key: "a" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const known = await open.state.jobs.get(open.jobId);
  const job = { ...known, strategy, options: { ...known.options, minFreeDiskMb: 1 } };
  const looks = { count: 0 };
  const living = new Set<number>();
  const place = {
    ...localPlace(),
    resources: () => {
      looks.count += 1;
      return Promise.resolve({ cores: 4, freeMemoryBytes, loadAverage: 0 });
    },
    freeDisk: () => Promise.resolve([{ path: "/", freeBytes: isDiskFull ? 0 : plentyBytes }]),
    isAlive: ({ pid }: { readonly pid: number }) => Promise.resolve(living.has(pid)),
  };
  const now = () => open.clock.now;
  const governor = new Governor(
    { state: open.state, place, folders: { slots: "/", state: "/", cache: "/" }, now },
    job,
  );
  const join = async (pid: number): Promise<void> => {
    living.add(pid);
    const own = { kind: "joined", host: hostname(), pid, pidStart: "1" } as const;
    await open.state.fleet.workerStarted({ id: asWorkerId(`p${pid}`), jobId: asJobId("*"), ...own });
  };
  const told = async () => (await open.state.holds.findWorkerHold(job.id))?.by;
  return { open, governor, looks, join, told, living };
}

it("leaves a program's tasks to the workers that have joined, and does not call them held back", async () => {
  const { governor, join, told } = await governed({ strategy: "manual", freeMemoryBytes: 0 });
  await join(1);
  await join(2);

  expect(await governor.admit(0, 50)).toBe(0);
  expect(await told()).toBeUndefined();
});

it("looks at the machine once a second at most while workers that have joined do the work", async () => {
  const { open, governor, looks, join } = await governed({ strategy: "manual" });
  await join(1);
  for (let n = 0; n < 5; n += 1) expect(await governor.admit(0, 50)).toBe(0);
  expect(looks.count).toBe(1);

  open.clock.now += 1_000;
  await governor.admit(0, 50);
  expect(looks.count).toBe(2);
});

it("says of workers that have joined what holds them back, too", async () => {
  const { governor, join, told } = await governed({ strategy: "manual", isDiskFull: true });
  await join(1);
  await join(2);

  expect(await governor.admit(0, 50)).toBe(0);
  expect(await told()).toBe("disk");
});

it("starts workers where the last one that had joined is gone, and for a planned job in any case", async () => {
  const { open, governor, join, living } = await governed({ strategy: "manual" });
  await join(1);
  expect(await governor.admit(0, 50)).toBe(0);
  living.clear();
  open.clock.now += 1_000;
  expect(await governor.admit(0, 50)).toBe(2);

  const planned = await governed({ strategy: "manager" });
  await planned.join(1);
  expect(await planned.governor.admit(0, 50)).toBe(2);
});

it("says of a job's own workers what the memory does not allow", async () => {
  const { governor, told } = await governed({ freeMemoryBytes: 0 });
  expect(await governor.admit(0, 50)).toBe(1);
  expect(await told()).toBe("memory");
});
