import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { environmentOf } from "../../test/support/tutti-process.ts";
import type { BenchRepository } from "../agents/bench-repository.ts";
import type { ToolCall } from "./scenario.ts";

const program = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url));
const tutti = fileURLToPath(new URL("../../bin/tutti.js", import.meta.url));

export type Start = {
  readonly repository: BenchRepository;
  readonly modelUrl: string;
  readonly databaseUrl: string;
  readonly files: readonly string[];
};

export type Contestant = {
  readonly name: string;
  /** The files that a user of it writes; agents are called by the shared `ask.mjs` where it has none of its own. */
  readonly sources: readonly string[];
  readonly start: (start: Start) => Promise<ChildProcess>;
  readonly resume: (start: Start) => Promise<ChildProcess>;
  /** For Claude Code's own tool: what the session's model calls it with. */
  readonly toolCall?: (files: readonly string[], repository?: BenchRepository) => Promise<ToolCall>;
};

/** A Node.js of its own, told what a user's shell would tell it. */
function run({ repository, modelUrl }: Start, args: readonly string[]): ChildProcess {
  const env = environmentOf(repository, { modelUrl });
  return spawn(process.execPath, [...args], { cwd: repository.root, env, stdio: ["ignore", "pipe", "pipe"] });
}

export const ours: Contestant = {
  name: "Tutti",
  sources: ["tutti.ts"],
  start: async (start) => {
    await start.repository.write({ ".tutti/workflows/check-files.ts": await readFile(program("tutti.ts"), "utf8") });
    return run(start, [tutti, "workflow", "run", "check-files", "--input", JSON.stringify(start.files), "--json"]);
  },
  resume: async (start) => run(start, [tutti, "resume", "--json"]),
};

const peer = (name: string, file: string): Contestant => ({
  name,
  sources: [file, "ask.mjs"],
  start: async (start) => run(start, [program(file), start.databaseUrl, "run", ...start.files]),
  resume: async (start) => run(start, [program(file), start.databaseUrl, "resume", ...start.files]),
});

export const langGraph = peer("LangGraph.js, PostgresSaver", "langgraph.mjs");
export const dbos = peer("DBOS Transact, PostgreSQL", "dbos.mjs");

const sessions = new WeakMap<BenchRepository, string>();

export const workflowTool: Contestant = {
  name: "Claude Code: Workflow tool",
  sources: ["workflow-tool.js"],
  start: async (start) => {
    const sessionId = randomUUID();
    sessions.set(start.repository, sessionId);
    return run(start, [program("workflow-tool.mjs"), "", "run", sessionId]);
  },
  resume: async (start) =>
    run(start, [program("workflow-tool.mjs"), "", "resume", sessions.get(start.repository) ?? ""]),
  toolCall: async (files, repository) => {
    const start = { script: await readFile(program("workflow-tool.js"), "utf8"), args: { files } };
    if (repository === undefined) return { start };
    return { start, resume: { ...start, resumeFromRunId: await lastRunOf(repository) } };
  },
};

/** The tool's own name of its run, from the journal that it keeps in the session's folder. */
async function lastRunOf({ home }: BenchRepository): Promise<string> {
  const paths = await readdir(join(home, ".claude"), { recursive: true });
  const name = paths.map((path) => /\/workflows\/(wf_[^/]+)\/journal\.jsonl$/.exec(path)?.[1]).find(Boolean);
  if (name === undefined) throw new Error("The Workflow tool left no journal");
  return name;
}

/** Lines of the program that are neither empty nor a comment. */
export async function linesOf({ sources }: Contestant): Promise<number> {
  const texts = await Promise.all(sources.map((name) => readFile(program(name), "utf8")));
  const lines = texts.flatMap((text) => text.split("\n"));
  return lines.filter((line) => !/^\s*(\/\/.*|\/\*.*|\*.*)?$/.test(line)).length;
}
