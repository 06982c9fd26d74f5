import { appendFileSync, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";

import {
  breakpointFaultPoints,
  faultPoints,
  rollbackFaultPoints,
  supervisorFaultPoints,
  workflowFaultPoints,
  type FaultPoint,
} from "../domain/fault-points.ts";
import { TuttiError } from "../domain/errors.ts";

export type FaultedProcess = "coordinator" | "worker";

type Kill = { readonly point: FaultPoint; readonly nth: number; readonly in: FaultedProcess | undefined };

/**
 * Ends this process with SIGKILL, as a power cut would, where the environment says so. Only crash tests set it:
 *
 * - `TUTTI_FAULT`: points, separated by commas, each with `:7` where not the first but the seventh time in a process is meant, and with
 *   `@worker` or `@coordinator` where only that process is
 * - `TUTTI_FAULT_FOLDER`: each point kills once among all processes that share the folder, which its file `killed` notes, and
 *   every point that any of them comes to is a line `<process> <point>` of its file `reached`. Without it a point kills
 *   each time.
 * @throws {TuttiError} `INPUT_INVALID` for a point that doesn't exist
 */
export function injectFaults(
  env: Readonly<Record<string, string | undefined>>,
  self: FaultedProcess,
): (point: FaultPoint) => void {
  const { TUTTI_FAULT: text, TUTTI_FAULT_FOLDER: folder } = env;
  if (text === undefined && folder === undefined) return () => undefined;
  const kills = (text ?? "").split(",").filter(Boolean).map(parseKill);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const times = new Map<FaultPoint, number>();
  return (point) => {
    const nth = (times.get(point) ?? 0) + 1;
    times.set(point, nth);
    if (folder !== undefined) appendFileSync(join(folder, "reached"), `${self} ${point}\n`);
    const isMeant = kills.some((kill) => kill.point === point && kill.nth <= nth && (kill.in ?? self) === self);
    if (!isMeant || !isFirst(folder, point)) return;
    if (folder !== undefined) appendFileSync(join(folder, "killed"), `${self} ${point}\n`);
    process.kill(process.pid, "SIGKILL");
  };
}

const allPoints: readonly FaultPoint[] = [
  ...faultPoints,
  ...rollbackFaultPoints,
  ...breakpointFaultPoints,
  ...supervisorFaultPoints,
  ...workflowFaultPoints,
];

function parseKill(text: string): Kill {
  const [, name, times = "1", where] = /^([^:@]*)(?::([1-9]\d*))?(?:@(.*))?$/.exec(text.trim()) ?? [];
  const point = allPoints.find((each) => each === name);
  if (point !== undefined && (where === undefined || where === "worker" || where === "coordinator")) {
    return { point, nth: Number(times), in: where };
  }
  throw new TuttiError("INPUT_INVALID", `TUTTI_FAULT names "${text}", which is no fault point`);
}

/** Whoever makes the file is the first. */
function isFirst(folder: string | undefined, point: FaultPoint): boolean {
  if (folder === undefined) return true;
  const file = join(folder, `${point}.killed`);
  if (existsSync(file)) return false;
  try {
    openSync(file, "wx");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
