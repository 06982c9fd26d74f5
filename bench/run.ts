/** Measures Tutti beside its peers: `node bench/run.ts [<part>|all] [--quick]`. Rewrites bench/RESULTS.md, `--quick` only prints. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildProject, measuredCommit } from "./harness/project.ts";
import { installPeers } from "./harness/install-peers.ts";
import { load, machineFacts } from "./harness/machine.ts";
import type { Part } from "./harness/part.ts";
import { reportOf } from "./harness/report.ts";
import { writeSection } from "./harness/results-file.ts";

const resultsPath = fileURLToPath(new URL("RESULTS.md", import.meta.url));

/** Loaded on demand: a part imports peers that may not be installed yet. */
const parts: Readonly<Record<string, () => Promise<Part>>> = {
  a: async () => (await import("./agents/part.ts")).agentsPart,
  b: async () => (await import("./queues/part.ts")).queuesPart,
  c: async () => (await import("./start/part.ts")).startPart,
  d: async () => (await import("./workspace/part.ts")).workspacePart,
  g: async () => (await import("./checkpoints/part.ts")).checkpointsPart,
  h: async () => (await import("./decisions/part.ts")).decisionsPart,
  tokens: async () => (await import("./tokens/part.ts")).tokensPart,
  e: async () => (await import("./drain/part.ts")).drainPart,
  i: async () => (await import("./outcomes/part.ts")).outcomesPart,
  f: async () => (await import("./watch/part.ts")).watchPart,
  j: async () => (await import("./figures/part.ts")).figuresPart,
  k: async () => (await import("./fan-out-verify/part.ts")).fanOutVerifyPart,
};

const usage = `Usage: node bench/run.ts [${[...Object.keys(parts), "all"].join("|")}] [--quick]`;
const say = (line: string): void => console.error(line);

async function measure(key: string, loadPart: () => Promise<Part>, isQuick: boolean): Promise<void> {
  const part = await loadPart();
  const machine = await machineFacts();
  const loadBefore = load();
  say(part.title);
  const startedAt = performance.now();
  const result = await part.run({ isQuick, say });
  const section = reportOf(result, {
    title: part.title,
    command: `node bench/run.ts ${key}${isQuick ? " --quick" : ""}`,
    commit: await measuredCommit(),
    date: new Date().toISOString().slice(0, 10),
    machine: [...machine, `load average ${loadBefore} at the start, ${load()} at the end`],
    durationMs: performance.now() - startedAt,
  });
  console.log(`${section}\n`);
  if (!isQuick) await writeSection(resultsPath, key, section);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const [wanted = "all"] = positionals;
/** Takes as long as all others together. */
const onlyByName = "e";
const chosen = Object.entries(parts).filter(([key]) => wanted === key || (wanted === "all" && key !== onlyByName));
if (chosen.length === 0) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await installPeers(say);
  say("Building");
  await buildProject();
  for (const [key, loadPart] of chosen) await measure(key, loadPart, values.quick);
}
