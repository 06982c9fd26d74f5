import { faultPoints, type FaultPoint } from "../../../src/domain/fault-points.ts";
import type { FaultedProcess } from "../../../src/testing/inject-faults.ts";

/** A fault point in one of the processes that come to it. */
export type KillTarget = { readonly point: FaultPoint; readonly process: FaultedProcess };

/** Stages that only one kind of process goes through; slots are taken by both. */
const stages: Readonly<Record<string, readonly FaultedProcess[]>> = {
  coordinator: ["coordinator"],
  plan: ["coordinator"],
  drive: ["coordinator"],
  dispatch: ["coordinator"],
  integrate: ["coordinator"],
  resolve: ["coordinator"],
  review: ["coordinator"],
  report: ["coordinator"],
  slot: ["coordinator", "worker"],
  worker: ["worker"],
  task: ["worker"],
  attempt: ["worker"],
  execute: ["worker"],
  snapshot: ["worker"],
  gates: ["worker"],
  proof: ["worker"],
  decide: ["worker"],
};

export const killTargets: readonly KillTarget[] = faultPoints.flatMap((point) =>
  (stages[point.split(".")[0] ?? ""] ?? []).map((process) => ({ point, process })),
);

/** As `TUTTI_FAULT` wants it. */
export const faultText = (targets: readonly KillTarget[]): string =>
  targets.map(({ point, process }) => `${point}@${process}`).join(",");

/** As the file `killed` says it. */
export const nameOf = ({ point, process }: KillTarget): string => `${process} ${point}`;
