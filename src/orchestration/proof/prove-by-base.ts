import type { GateResult } from "../../domain/evidence.ts";
import type { CommitId } from "../../domain/ids.ts";
import type { ChangedFile } from "../../domain/quality/judged-work/changed-file.ts";
import { isForTests, isTestFile } from "../../domain/quality/judged-work/path-kinds.ts";
import { bringsTests, hasTestsInside, proofLevel, wordsOfChange } from "../../domain/quality/proof-level.ts";
import type { WorkProof } from "../../domain/quality/work-proof.ts";
import { asksToMove } from "../../domain/quality/rules/asked-for.ts";
import type { QualitySettings } from "../../domain/quality/quality-settings.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import type { GateSpec } from "../../domain/settings.ts";
import { gatesOfTask } from "../../supervision/run-gates.ts";
import { filesNaming, restorePaths, type Snapshot } from "../../workspace/index.ts";
import { atBase, knownAtBase } from "./compare-with-base.ts";
import type { JobDesk } from "../desk.ts";
import type { ProofRequest } from "./proof-request.ts";

export type ProvenWork = ProofRequest & {
  readonly spec: TaskSpec;
  readonly taken: Snapshot;
  readonly changes: readonly ChangedFile[];
  readonly gates: readonly GateResult[];
  readonly settings: QualitySettings;
};

/** What stands behind work that no gate refuses: from what is known, and with `proveOnBase` from the gates without the change. */
export async function proveByBase(desk: JobDesk, work: ProvenWork): Promise<WorkProof> {
  const { changes, gates, spec, taken } = work;
  const green = gates.filter(({ isOk }) => isOk);
  const { failWithout, passWithout } = changes.length === 0 ? nothingKnown : await gatesWithout(desk, work, green);
  const isKnown = green.length === 0 || failWithout.length > 0 || changes.some(bringsTests);
  return proofLevel({
    gates,
    changes,
    failWithout,
    passWithout,
    tests: isKnown ? [] : await testsNaming(desk, taken, changes),
    isSameBehaviour: asksToMove({ task: spec, changes, agentText: "", gateCommands: [] }),
  });
}

type Without = { readonly failWithout: readonly string[]; readonly passWithout: readonly string[] };

const nothingKnown: Without = { failWithout: [], passWithout: [] };

/** Until the first that fails: one gate that notices is enough. */
async function gatesWithout(desk: JobDesk, work: ProvenWork, green: readonly GateResult[]): Promise<Without> {
  const specs = gatesOfTask(desk.job.options.gates, work.spec.gates);
  const passWithout: string[] = [];
  for (const { name } of green) {
    const gate = specs.find((one) => one.name === name);
    const without = gate === undefined ? undefined : await lookAt(desk, work, gate);
    if (without === false) return { failWithout: [name], passWithout };
    if (without === true) passWithout.push(name);
  }
  return { failWithout: [], passWithout };
}

/** Whether a gate passes without the change; `undefined`: not known. */
async function lookAt(desk: JobDesk, work: ProvenWork, gate: GateSpec): Promise<boolean | undefined> {
  const { begun, settings, signal, changes } = work;
  const known = await knownAtBase(desk, { gate, baseCommit: begun.baseCommit });
  if (known?.isOk === false && known.isBroken !== true) return false;
  if (settings.proveOnBase !== true) return undefined;
  const measured = await atBase(desk, { gate, baseCommit: await baseWithTests(desk, work), signal });
  if (measured === undefined || measured.isBroken === true) return undefined;
  // Where the tests stand in the changed file they were not run.
  return measured.isOk && changes.some(hasTestsInside) ? undefined : measured.isOk;
}

/** The commit that the attempt began from, with the tests that it leaves behind. */
async function baseWithTests({ services }: JobDesk, { begun, taken, changes }: ProvenWork): Promise<CommitId> {
  const tests = changes.filter(({ path }) => isForTests(path)).map(({ path }) => path.replaceAll(/[*?[\]\\]/g, "\\$&"));
  if (tests.length === 0) return begun.baseCommit;
  const request = { tip: begun.baseCommit, from: taken.commit, paths: tests, message: "Tests without the change" };
  return (await restorePaths(services.repo, request))?.commit ?? begun.baseCommit;
}

const testPaths = [":(top,icase)*test*", ":(top,icase)*spec*"];

async function testsNaming(
  { services }: JobDesk,
  { commit }: Snapshot,
  changes: readonly ChangedFile[],
): Promise<readonly string[]> {
  const naming = await filesNaming(services.repo, commit, { words: wordsOfChange(changes), where: testPaths });
  return naming.filter(isTestFile);
}
