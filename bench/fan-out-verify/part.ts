import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

import { findExecutable, versionOf } from "../../src/agents/claude-code/executable.ts";
import type { Metric, Sample } from "../harness/contender.ts";
import { interleave } from "../harness/interleave.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { scratchFolder } from "../harness/scratch-folder.ts";
import { median } from "../harness/statistics.ts";
import { packageVersion } from "../harness/versions.ts";
import { startPostgres, type PostgresServer } from "../queues/servers/postgres.ts";
import { dbos, langGraph, linesOf, ours, workflowTool, type Contestant, type Start } from "./contenders.ts";
import { endEverything } from "./end-everything.ts";
import { filesOf, verdictOf } from "./scenario.ts";
import { openRepository, startModel, type Answer } from "./world.ts";

const contestants = [ours, workflowTool, langGraph, dbos];

const wall: Metric = {
  key: "wallMs",
  title: "from the start of the program to its result",
  unit: "ms",
  better: "less",
};
const afterKill: Metric = { key: "resumeMs", title: "from the restart to the result", unit: "ms", better: "less" };

/** The same workflow four times: review each file, verify what was found, without a barrier between; then with a kill at half. */
export const fanOutVerifyPart: Part = {
  title: "(k) Fan out and verify: the same workflow in four tools, and kill -9 at half",
  run: async (options) => {
    const files = filesOf(options.isQuick ? 4 : 8);
    await using folder = await scratchFolder();
    await using postgres = await startPostgres(folder.path);
    if (postgres === undefined)
      throw new Error("PostgreSQL is not installed: bash scripts/provision.sh, or apt-get install postgresql");
    const samples = await interleave(
      contestants.map((contestant) => ({ name: contestant.name, measure: () => measure(contestant, files, postgres) })),
      { rounds: options.isQuick ? 1 : 3, budgetMs: 240_000, say: options.say },
    );
    return {
      groups: [
        {
          title: `${files.length} files, ${files.length * 2} agents, nothing goes wrong`,
          reference: ours.name,
          metrics: [wall],
          samples,
        },
        { title: "kill -9 of everything at half, then restarted", reference: ours.name, metrics: [afterKill], samples },
      ],
      blocks: [await lossTable(samples, files)],
      versions: await versions(postgres),
      notes: notesOf(options),
    };
  },
};

let databases = 0;

async function measure(contestant: Contestant, files: readonly string[], postgres: PostgresServer): Promise<Sample> {
  const fresh = async (): Promise<string> => postgres.createDatabase(`checks_${(databases += 1)}`);
  const undisturbed = await runWhole(contestant, { files, databaseUrl: await fresh() });
  const killed = await runKilled(contestant, { files, databaseUrl: await fresh() });
  return { ...undisturbed, ...killed };
}

type Work = Pick<Start, "files" | "databaseUrl">;

async function runWhole(contestant: Contestant, work: Work): Promise<Sample> {
  await using model = await startModel(work.files, (await contestant.toolCall?.(work.files)) ?? { start: {} });
  await using repository = await openRepository(model);
  const startedAt = performance.now();
  const said = await endOf(await contestant.start({ ...work, repository, modelUrl: model.url }));
  const wallMs = performance.now() - startedAt;
  expectAll(contestant, work.files, { answers: model.answers, said });
  return { wallMs };
}

async function runKilled(contestant: Contestant, work: Work): Promise<Sample> {
  const { files } = work;
  await using model = await startModel(files, (await contestant.toolCall?.(files)) ?? { start: {} });
  await using repository = await openRepository(model);
  const child = await contestant.start({ ...work, repository, modelUrl: model.url });
  const ended = endOf(child).catch(() => "");
  await model.whenAnswered(files.length);
  const killedAt = Date.now();
  await endEverything(repository.home);
  await ended;
  const before = [...model.answers];
  await using second = await startModel(files, (await contestant.toolCall?.(files, repository)) ?? { start: {} });
  const startedAt = performance.now();
  const said = await endOf(await contestant.resume({ ...work, repository, modelUrl: second.url }));
  const resumeMs = performance.now() - startedAt;
  expectAll(contestant, files, { answers: [...before, ...second.answers], said });
  return { resumeMs, ...lossOf(before, second.answers, killedAt) };
}

/** An answer that came so shortly before the kill may not have reached anybody's record. */
const graceMs = 1_000;

function lossOf(before: readonly Answer[], after: readonly Answer[], killedAt: number): Sample {
  const answered = new Map(before.map((answer) => [answer.rule, answer]));
  const again = after.flatMap(({ rule }) => answered.get(rule) ?? []);
  return { again: again.length, againOld: again.filter(({ endedAt }) => killedAt - endedAt > graceMs).length };
}

/** @throws {Error} when it did not end well: a benchmark of work that wasn't done is worth nothing */
async function endOf(child: ChildProcess): Promise<string> {
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child, "close");
  if (child.exitCode !== 0)
    throw new Error(`It ended with ${child.exitCode ?? child.signalCode}: ${said.slice(-2_000)}`);
  return said;
}

type Outcome = { readonly answers: readonly Answer[]; readonly said: string };

function expectAll({ name }: Contestant, files: readonly string[], { answers, said }: Outcome): void {
  const rules = new Set(answers.map(({ rule }) => rule));
  const missing = files.filter((file) => !rules.has(`verify ${file}`));
  // The tool of Claude Code tells its result to its session only.
  const unsaid = name === workflowTool.name ? [] : files.filter((file) => !said.includes(verdictOf(file)));
  if (missing.length + unsaid.length > 0)
    throw new Error(`${name} left out ${[...missing, ...unsaid].join(", ")}: ${said}`);
}

async function lossTable(samples: ReadonlyMap<string, readonly Sample[]>, files: readonly string[]): Promise<string> {
  const rows = contestants.map(async (contestant) => {
    const own = samples.get(contestant.name) ?? [];
    const middle = (key: string): string => String(median(own.map((sample) => sample[key] ?? Number.NaN)));
    return `| ${contestant.name} | ${await linesOf(contestant)} | ${middle("again")} | ${middle("againOld")} |`;
  });
  return [
    `**What a kill -9 costs** (of ${files.length * 2} agents, half had answered; medians)`,
    "",
    "| | lines of code | agents that had answered and were asked again | of those, answered more than a second before |",
    "|---|---:|---:|---:|",
    ...(await Promise.all(rows)),
  ].join("\n");
}

const versions = async (postgres: PostgresServer) => ({
  "Claude Code": (await versionOf(findExecutable(undefined).path)).replace(" (Claude Code)", ""),
  "@langchain/langgraph": await packageVersion("@langchain/langgraph"),
  "@dbos-inc/dbos-sdk": await packageVersion("@dbos-inc/dbos-sdk"),
  PostgreSQL: postgres.version,
});

const notesOf = ({ isQuick }: PartOptions): readonly string[] => [
  "Every agent is the real Claude Code and answers after 500 ms of a scripted model's thinking; four at once (the Workflow tool: as many as it sees fit).",
  "The kill takes everything at the same moment, as a power cut does: the program, its workers and its agents; PostgreSQL stays up. Then each tool's own way to " +
    "go on: `tutti resume`, `resumeFromRunId` in the resumed session, `invoke(null)` on the thread, the recovery at DBOS's launch.",
  "All four end with every verdict. An agent that had answered and is asked again is paid twice.",
  "Tutti's agents are tasks: each in a working copy of its own, with its account, its validation and its record. LangGraph and DBOS call a bare agent " +
    "in the user's checkout (`ask.mjs`, counted with their lines); the Workflow tool runs all in one process there.",
  "LangGraph takes its steps side by side and waits for all before the next: no verification begins before the last review has ended.",
  ...(isQuick ? ["Quick: one round."] : []),
];
