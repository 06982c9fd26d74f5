/**
 * Disturbs jobs in every way that a seed says and looks what becomes of them: `test/chaos`.
 *
 * `npm run chaos -- [--seed 17 …] [--seeds 1-200] [--jobs 2] [--log chaos.log] [--keep <folder>]`
 * `npm run chaos -- --soak 30m [--log soak.log]`
 * `npm run chaos -- --summarize [--log chaos.log] [--soak-log soak.log]` writes what the logs say into `bench/RESULTS.md`
 */
import { parseArgs } from "node:util";

import { measuredCommit } from "../bench/harness/project.ts";
import { runSeeds } from "../test/chaos/report/run-seeds.ts";
import { writeSummary } from "../test/chaos/report/write-summary.ts";
import { soak } from "../test/chaos/soak/soak.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", multiple: true, default: [] },
    seeds: { type: "string", default: "1-200" },
    jobs: { type: "string", default: "1" },
    log: { type: "string" },
    keep: { type: "string" },
    soak: { type: "string" },
    "soak-log": { type: "string", default: "soak.log" },
    summarize: { type: "boolean", default: false },
  },
});

const say = (line: string): void => console.log(line);

function seedsOf(): readonly number[] {
  if (values.seed.length > 0) return values.seed.map((text) => whole(text, "--seed"));
  const [first = "", last = first] = values.seeds.split("-");
  const from = whole(first, "--seeds");
  return Array.from({ length: whole(last, "--seeds") - from + 1 }, (_, index) => from + index);
}

function whole(text: string, flag: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${flag}: "${text}" is no whole number from 1 on`);
}

function minutesOf(text: string): number {
  const minutes = /^(\d+)m$/.exec(text)?.[1];
  if (minutes === undefined) throw new Error(`--soak: "${text}" is no number of minutes such as 30m`);
  return Number(minutes);
}

async function main(): Promise<number> {
  const commit = await measuredCommit();
  if (values.summarize) {
    await writeSummary({ seedLog: values.log ?? "chaos.log", soakLog: values["soak-log"] });
    return 0;
  }
  if (values.soak !== undefined) {
    const log = values.log ?? values["soak-log"];
    return soak({ forMs: minutesOf(values.soak) * 60_000, log, commit, say });
  }
  const log = values.log ?? "chaos.log";
  return runSeeds({ seeds: seedsOf(), jobs: whole(values.jobs, "--jobs"), log, commit, keepIn: values.keep, say });
}

process.exitCode = (await main()) === 0 ? 0 : 1;
