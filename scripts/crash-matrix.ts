/**
 * Kills the processes of a job at every fault point and from outside, with the real Claude Code in front of a scripted model,
 * and writes what came of it to `bench/CRASH.md`.
 *
 * `npm run crash -- [--agent fake] [--only <regular expression>] [--out <file>]`
 *
 * `npm run crash -- patterns [--only …] [--jobs <count>] [--after last] [--log <file>]` does it to jobs of the ready workflows: see `crash-patterns.ts`.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { parseArgs, promisify } from "node:util";

import { version } from "../src/cli/version.ts";
import { extraRequests, missingRequests } from "../test/support/crash/check-crash-job.ts";
import { crashJob, type CrashAgent } from "../test/support/crash/crash-job.ts";
import { faultText, killTargets } from "../test/support/crash/kill-targets.ts";
import { bothAtWork, outsideKills } from "../test/support/crash/outside-kills.ts";
import { runToTheEnd, survive, type Interference, type Survival } from "../test/support/crash/survive.ts";
import { crashPatterns, patternMarkers } from "./crash-patterns.ts";

type Case = {
  readonly what: string;
  readonly killed: string;
  readonly interference: (job: Awaited<ReturnType<typeof crashJob>>) => Interference;
};

type Row = { readonly case: Case; readonly problems: readonly string[]; readonly survival: Survival };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    agent: { type: "string", default: "claude" },
    only: { type: "string", default: "." },
    out: { type: "string", default: "bench/CRASH.md" },
    jobs: { type: "string", default: "2" },
    after: { type: "string", default: "each" },
    log: { type: "string" },
  },
});
const agent: CrashAgent = values.agent === "fake" ? "fake" : "claude";

const cases: readonly Case[] = [
  ...killTargets.map((target) => ({
    what: `\`${target.point}\``,
    killed: target.process,
    interference: () => ({ faults: faultText([target]) }),
  })),
  ...outsideKills.map(({ name, strike }) => ({
    what: "both first tasks in a turn",
    killed: name,
    interference: (job: Awaited<ReturnType<typeof crashJob>>) => ({
      meanwhile: async (run: Parameters<typeof strike>[1]) => {
        await bothAtWork(job);
        await strike(job, run);
      },
    }),
  })),
];

async function carryOut(each: Case, usual: readonly string[]): Promise<Row> {
  const job = await crashJob(agent);
  try {
    const survival = await runToTheEnd(job, each.interference(job));
    return { case: each, survival, problems: problemsOf(survival, usual) };
  } finally {
    await job.remove();
  }
}

function problemsOf(survival: Survival, usual: readonly string[]): readonly string[] {
  const { exits, broken, requests } = survival;
  const ended = exits.at(-1) === 0 ? [] : [`ended with ${String(exits.at(-1))}`];
  return [...ended, ...broken, ...missingRequests(usual, requests).map((name) => `never asked: ${name}`)];
}

const exitText = (exit: number | string | null): string => (exit === 0 ? "0" : String(exit));

function tableRow({ case: { what, killed }, survival, problems }: Row, usual: readonly string[]): string {
  const extra = extraRequests(usual, survival.requests);
  const result = problems.length === 0 ? "held" : `**broken**: ${problems.join("; ").replaceAll("|", "\\|")}`;
  const named = extra.length === 0 ? "0" : `${extra.length} (${extra.join(", ")})`;
  return `| ${what} | ${killed} | ${survival.exits.map(exitText).join(", ")} | ${named} | ${result} |`;
}

async function versions(): Promise<string> {
  const run = async (program: string, ...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program, [...args])).stdout.trim();
  const claude = agent === "fake" ? "the fake agent" : `Claude Code ${await claudeVersion()}`;
  return [
    `Tutti ${version}`,
    claude,
    `Node ${process.version}`,
    await run("git", "--version"),
    `Linux ${release()}`,
    new Date().toISOString().slice(0, 10),
  ].join(" · ");
}

/** Of the program that comes with the Agent SDK. */
async function claudeVersion(): Promise<string> {
  const file = new URL("../node_modules/@anthropic-ai/claude-agent-sdk/package.json", import.meta.url);
  const described: unknown = JSON.parse(await readFile(file, "utf8"));
  const isKnown = typeof described === "object" && described !== null && "claudeCodeVersion" in described;
  return isKnown ? String(described.claudeCodeVersion) : "of unknown version";
}

const report = async (rows: readonly Row[], undisturbed: Survival): Promise<string> => {
  const held = rows.filter(({ problems }) => problems.length === 0).length;
  return `# Crash matrix

${await versions()}

Made by \`npm run crash\`. A job of four tasks (two that conflict, one that fails its gate once, one that needs two others) and
a resolver, with two workers, is cut short by SIGKILL at each fault point (\`src/domain/fault-points.ts\`), and from outside
while two agents are in the middle of a turn. Where the coordinator died, \`tutti resume\` follows. The model is scripted, so
that every request is counted: ${undisturbed.requests.length} in a run that nothing cuts short.

A row **held** when the last command ended with 0; each task was completed exactly once, with one commit on the branch; the
branch holds what it should; attempts that count are those of the undisturbed run; everything that any agent wrote is
reachable from a ref; no step of the journal was recorded twice or failed; the user's HEAD, refs, index and files are
unmoved; \`git fsck\` is clean; no process is left. \`extra requests\` are those that were asked for besides the usual ones: at
most one for each session that was in a turn.

**${held} of ${rows.length} held.**

| where | killed | exit codes (run, resume) | extra requests | result |
|---|---|---|---|---|
${rows.map((row) => tableRow(row, undisturbed.requests)).join("\n")}
`;
};

async function crashMatrix(): Promise<boolean> {
  const undisturbed = await survive(agent);
  if (problemsOf(undisturbed, undisturbed.requests).length > 0) throw new Error(`undisturbed: ${undisturbed.said}`);
  const rows: Row[] = [];
  for (const each of cases.filter(({ what, killed }) => new RegExp(values.only).test(`${what} ${killed}`))) {
    const row = await carryOut(each, undisturbed.requests);
    process.stdout.write(`${tableRow(row, undisturbed.requests)}\n`);
    if (row.problems.length > 0) process.stdout.write(`${row.survival.said}\n`);
    rows.push(row);
  }
  await writeFile(values.out, `${await report(rows, undisturbed)}${await patternsPart()}`);
  return rows.every(({ problems }) => problems.length === 0);
}

/** Made by another command: it stays. */
async function patternsPart(): Promise<string> {
  const page = await readFile(values.out, "utf8").catch(() => "");
  const at = page.indexOf(patternMarkers.begin);
  return at < 0 ? "" : `\n${page.slice(at)}`;
}

const { only, out, jobs, log } = values;
const after = values.after === "last" ? "last" : "each";
const hasHeld =
  positionals[0] === "patterns"
    ? await crashPatterns({ only, out, jobs: Number(jobs), after, log })
    : await crashMatrix();
process.exitCode = hasHeld ? 0 : 1;
