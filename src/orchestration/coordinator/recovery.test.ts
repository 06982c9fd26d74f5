import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

import { job, scratchRepository } from "../../../test/support/scratch-repository.ts";
import { asWorkerId } from "../../domain/ids.ts";
import type { Engine } from "../../engine/port.ts";
import { localPlace } from "../../places/local/local-place.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { silentLogger } from "../../telemetry/port.ts";
import { recoverWorker } from "./recovery.ts";

const never = (): never => {
  throw new Error("nobody asked for this");
};

const engine: Engine = {
  register: never,
  start: never,
  startAll: never,
  find: never,
  history: never,
  work: never,
  signal: never,
  cancel: never,
  result: never,
  releaseWorker: () => Promise.resolve([]),
  prune: never,
  close: never,
};

it("leaves a slot aside whose repository is broken, and recovers the others of a dead worker", async () => {
  await using open = await openState([{ key: "a" }]);
  await using scratch = await scratchRepository();
  const workerId = asWorkerId("w1");
  const [broken, whole] = [await scratch.slot("s1"), await scratch.slot("s2")];
  for (const { slotId: id, path } of [broken, whole]) {
    await open.state.fleet.addSlot({ id, jobId: job, path, workerId });
    await writeFile(join(path, "new.txt"), "new\n");
  }
  await rm(join(broken.controlDir, "objects"), { recursive: true });

  const services = { state: open.state, engine, place: localPlace(), repo: await scratch.open(), logger: silentLogger };
  await recoverWorker(services, { id: workerId, jobId: job });

  expect(await open.state.fleet.slots(job)).toMatchObject([{ id: "s2", workerId: undefined }]);
  await access(join(broken.path, "new.txt"));
  const said = await open.state.events.read({ jobId: job, after: 0 });
  expect(said.filter(({ type }) => type === "slot-left-aside" || type === "work-rescued")).toMatchObject([
    { type: "slot-left-aside", data: { slot: "s1", path: broken.path } },
    { type: "work-rescued", data: { slot: "s2" } },
  ]);
});
