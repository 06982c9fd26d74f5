import { TuttiError } from "../../domain/errors.ts";
import type { GateAtBase, GateResult } from "../../domain/evidence.ts";
import type { CommitId } from "../../domain/ids.ts";
import { compareResults } from "../../domain/quality/results/compare-results.ts";
import type { ResultParser } from "../../domain/quality/results/test-counts.ts";
import type { GateSpec } from "../../domain/settings.ts";
import { runGates } from "../../supervision/run-gates.ts";
import { treeOf } from "../../workspace/index.ts";
import type { JobDesk } from "../desk.ts";

/** Parsers of the project's own test runners. */
export const ownParsers = ({ services }: JobDesk): readonly ResultParser[] =>
  services.plugins.flatMap(({ testResultParsers = [] }) => testResultParsers);

type Failed = { readonly gate: GateSpec; readonly result: GateResult };

/** Tells an attempt's own failures from those that were there before, where the gate's output can be read. */
export async function compareWithBase(
  desk: JobDesk,
  { gate, result }: Failed,
  { baseCommit, signal }: { readonly baseCommit: CommitId; readonly signal: AbortSignal },
): Promise<GateResult> {
  const settings = desk.job.options.quality;
  if (settings?.compareWithBase !== true || result.counts === undefined) return result;
  const base = await atBase(desk, { gate, baseCommit, signal });
  return base === undefined ? result : comparedTo(base, { result, redAtBase: settings.redAtBase });
}

/** The same for the merged tree, with what was found out for the attempt. */
export function compareWithKnown(desk: JobDesk, result: GateResult, attempt: readonly GateResult[]): GateResult {
  const known = attempt.find(({ name }) => name === result.name)?.base;
  const settings = desk.job.options.quality;
  if (settings === undefined || known === undefined || result.counts === undefined) return result;
  return comparedTo(known, { result, redAtBase: settings.redAtBase });
}

type Compared = { readonly result: GateResult; readonly redAtBase: "refuse" | "accept" };

function comparedTo({ isOk, counts }: GateAtBase, { result, redAtBase }: Compared): GateResult {
  const isRead = result.counts !== undefined && counts !== undefined;
  const comparison = isRead ? compareResults(result.counts, counts) : undefined;
  const base = {
    isOk,
    ...(counts === undefined ? {} : { counts }),
    ...(comparison === undefined ? {} : { comparison }),
  };
  // Without any failure that could be read, nobody knows why it is red.
  const isOld = !isOk && comparison?.freshCount === 0 && comparison.knownCount > 0;
  return { ...result, base, ...(isOld && redAtBase === "accept" ? { isTolerated: true } : {}) };
}

export type AtBase = { readonly gate: GateSpec; readonly baseCommit: CommitId; readonly signal: AbortSignal };

/** From memory, else by running it there once; `undefined` where that can't be done, which says nothing about the attempt. */
export async function atBase(desk: JobDesk, { gate, baseCommit, signal }: AtBase): Promise<GateAtBase | undefined> {
  const { services, slots } = desk;
  const key = await keyOf(desk, { gate, baseCommit });
  const known = await services.state.gateBaselines.find(key);
  if (known !== undefined) return known;
  try {
    const base = await slots.beside(baseCommit, signal, (slot) => runOnce(desk, { gate, slot, signal }));
    if (base !== undefined) await services.state.gateBaselines.remember(key, base);
    return base;
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, message } = TuttiError.from(thrown);
    if (code === "LEASE_LOST" || code.startsWith("STATE_")) throw thrown;
    services.logger.warn("a gate could not be run on the base", { gate: gate.name, error: services.redact(message) });
    return undefined;
  }
}

/** Only from memory. */
export async function knownAtBase(
  desk: JobDesk,
  where: Pick<AtBase, "gate" | "baseCommit">,
): Promise<GateAtBase | undefined> {
  return desk.services.state.gateBaselines.find(await keyOf(desk, where));
}

async function keyOf({ services }: JobDesk, { gate, baseCommit }: Pick<AtBase, "gate" | "baseCommit">) {
  const tree = await treeOf(services.repo, baseCommit);
  return { tree, command: gate.cwd === undefined ? gate.run : `${gate.cwd}: ${gate.run}` };
}

/** What a shell answers when it can't start a command (POSIX, "Exit Status for Commands"), and a command that was stopped. */
const saysNothing: ReadonlySet<number | null> = new Set([126, 127, null]);

type Once = {
  readonly gate: GateSpec;
  readonly slot: { readonly path: string; readonly slotId: string };
  readonly signal: AbortSignal;
};

async function runOnce(desk: JobDesk, { gate, slot, signal }: Once): Promise<GateAtBase | undefined> {
  const { services } = desk;
  const [result] = await runGates({
    gates: [{ ...gate, on: ["attempt"] }],
    on: "attempt",
    cwd: slot.path,
    env: { ...services.commandEnv, TUTTI_SLOT: slot.slotId },
    place: services.place,
    redact: services.redact,
    parsers: ownParsers(desk),
    signal,
  });
  if (result === undefined) return undefined;
  const broken = saysNothing.has(result.exitCode) ? { isBroken: true as const } : {};
  return { isOk: result.isOk, ...broken, ...(result.counts === undefined ? {} : { counts: result.counts }) };
}
