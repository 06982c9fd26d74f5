import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { asAttemptId, asCommitId, asJobId, asSlotId } from "../../src/domain/ids.ts";
import {
  attemptRef,
  compareFingerprints,
  createSlot,
  integrateAttempt,
  jobTipRef,
  moveSlot,
  openRepository,
  snapshot,
  takeCheckoutFingerprint,
  updateRef,
} from "../../src/workspace/index.ts";

/** Medians of the workspace's operations in a repository of 10,000 files. Usage: `node bench/workspace/slots.ts [rounds]` */
const fileCount = 10_000;
const rounds = Number(process.argv[2] ?? 7);
const job = asJobId("bench");
const run = promisify(execFile);

const timings = new Map<string, number[]>();

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  timings.set(name, [...(timings.get(name) ?? []), performance.now() - startedAt]);
  return result;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function commitAll(root: string, message: string): Promise<string> {
  const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"];
  await run("git", ["add", "-A"], { cwd: root });
  await run("git", [...identity, "commit", "-q", "-m", message], { cwd: root });
  return (await run("git", ["rev-parse", "HEAD"], { cwd: root })).stdout.trim();
}

async function makeProject(root: string): Promise<readonly string[]> {
  await mkdir(root);
  await run("git", ["init", "-q", "-b", "main"], { cwd: root });
  const paths = Array.from({ length: fileCount }, (_, n) => `src/part-${n % 100}/module-${Math.floor(n / 100)}.txt`);
  for (let part = 0; part < 100; part += 1) await mkdir(join(root, `src/part-${part}`), { recursive: true });
  for (const path of paths) await writeFile(join(root, path), `${path}\n`.repeat(40));
  const first = await commitAll(root, "start");
  for (const path of paths.slice(0, 50)) await writeFile(join(root, path), "moved on\n");
  return [first, await commitAll(root, "fifty files")];
}

async function measure(parent: string): Promise<void> {
  const root = join(parent, "project");
  const [first = "", second = ""] = (await makeProject(root)).map(asCommitId);
  const repo = await timed("openRepositoryMs", async () => await openRepository(root));
  const before = await timed("fingerprintMs", async () => await takeCheckoutFingerprint(repo));
  const slots = [];
  for (let round = 0; round < 3; round += 1) {
    const path = join(parent, "slots", String(round));
    const request = { repo, path, slotId: asSlotId(`s${round}`), base: asCommitId(second), jobId: job };
    slots.push(await timed("createSlotMs", async () => await createSlot(request)));
  }
  const [slot, integration] = slots;
  if (slot === undefined || integration === undefined) return;
  await updateRef(repo, { ref: jobTipRef(job), to: asCommitId(second), from: undefined });
  for (let round = 0; round < rounds; round += 1) {
    for (let file = 0; file < 3; file += 1) {
      await writeFile(join(slot.path, `src/part-7/module-${file}.txt`), `round ${round}, file ${file}\n`);
    }
    const ref = attemptRef(job, asAttemptId(`bench/task/${round}`));
    const request = { ref, parent: asCommitId(second), message: "three files" };
    const attempt = await timed("snapshotAndFetchHomeMs", async () => await snapshot(slot, request));
    await timed("moveToParentCommitMs", async () => await moveSlot(slot, { to: asCommitId(first), jobId: job }));
    await timed("moveBackMs", async () => await moveSlot(slot, { to: asCommitId(second), jobId: job }));
    await timed("moveToSameCommitMs", async () => await moveSlot(slot, { to: asCommitId(second), jobId: job }));
    await timed("integrateMs", async () => {
      await integrateAttempt(integration, {
        jobId: job,
        ref: jobTipRef(job),
        expectedTip: asCommitId(second),
        attemptCommit: attempt.commit,
        attemptBase: asCommitId(round % 2 === 0 ? second : first),
        message: "three files",
      });
    });
    await timed("fingerprintMs", async () => await takeCheckoutFingerprint(repo));
  }
  const moves = compareFingerprints(before, await takeCheckoutFingerprint(repo));
  const medians = [...timings].map(([name, values]) => [name, Math.round(median(values))]);
  console.log(
    JSON.stringify({ fileCount, rounds, ...Object.fromEntries(medians), checkoutMoves: moves.length }, null, 2),
  );
}

const parent = await realpath(await mkdtemp(join(tmpdir(), "tutti-bench-")));
try {
  await measure(parent);
} finally {
  await rm(parent, { recursive: true, force: true });
}
