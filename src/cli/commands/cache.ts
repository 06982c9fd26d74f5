import type { StoredResult } from "../../domain/cache/stored-result.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { CacheRoom } from "../../orchestration/result-cache/cache-room.ts";
import type { Cli } from "../cli.ts";
import { withProject } from "../with-project.ts";
import type { Output } from "../output.ts";
import { counted, formatCost, formatDuration } from "../render/quantities.ts";
import { textTable } from "../render/text-table.ts";

const shownDigits = 12;

export type CacheListRequest = {
  readonly cache: Pick<CacheRoom, "list">;
  readonly output: Output;
  readonly now: number;
};

/** `tutti cache ls`: what would be replayed, the newest first. */
export async function cacheList({ cache, output, now }: CacheListRequest): Promise<number> {
  const results = await cache.list();
  if (output.isJson) output.stdout(`${JSON.stringify({ results: results.map(jsonOf) })}\n`);
  else if (results.length === 0) output.stdout("Nothing is cached yet. A task's result is, when it completes.\n");
  else output.stdout(listText(results, now));
  return exitCodes.done;
}

const jsonOf = ({ outcome: _said, ingredients: _digests, lastUsedAt, ...facts }: StoredResult) => ({
  ...facts,
  lastUsedAt: lastUsedAt ?? null,
  savedUsd: savedUsd(facts),
});

const savedUsd = ({ costUsd, uses }: Pick<StoredResult, "costUsd" | "uses">): number | null =>
  uses === 0 ? 0 : costUsd === null ? null : costUsd * uses;

function listText(results: readonly StoredResult[], now: number): string {
  const right = "right" as const;
  const columns = [
    { title: "key" },
    { title: "task" },
    { title: "job" },
    { title: "age", align: right },
    { title: "cost", align: right },
    { title: "uses", align: right },
    { title: "saved", align: right },
  ];
  const rows = results.map((result) => [
    result.key.slice(0, shownDigits),
    result.taskKey,
    result.jobId,
    formatDuration(now - result.storedAt),
    formatCost(result.costUsd),
    String(result.uses),
    formatCost(savedUsd(result)),
  ]);
  const total = results.reduce((sum, result) => sum + (savedUsd(result) ?? 0), 0);
  return `${textTable(columns, rows)}${counted(results.length, "result")}, ${formatCost(total)} saved\n`;
}

export type CachePruneOptions = { readonly olderThan?: number; readonly all?: boolean };

const dayMs = 86_400_000;
const usualAgeMs = 30 * dayMs;

export type CachePruneRequest = {
  readonly cache: Pick<CacheRoom, "prune">;
  readonly output: Output;
  readonly options: CachePruneOptions;
};

/**
 * `tutti cache prune`: lets go of results that nobody has used for long.
 * @throws {TuttiError} `INPUT_INVALID` for `--all` with an age
 */
export async function cachePrune({ cache, output, options }: CachePruneRequest): Promise<number> {
  if (options.all === true && options.olderThan !== undefined) {
    throw new TuttiError("INPUT_INVALID", "--all and --older-than contradict each other", {
      hint: "Give one of them: tutti cache prune --all",
    });
  }
  const olderThanMs = options.all === true ? 0 : (options.olderThan ?? usualAgeMs);
  const { removed, strayRefs, kept } = await cache.prune({ olderThanMs });
  const keys = removed.map(({ key }) => key);
  if (output.isJson) output.stdout(`${JSON.stringify({ removed: keys, strayRefs, kept })}\n`);
  else {
    const stray = strayRefs === 0 ? "" : ` and ${counted(strayRefs, "ref")} without one`;
    output.stdout(`Removed ${counted(keys.length, "result")}${stray}; ${kept} kept.\n`);
  }
  return exitCodes.done;
}

export const cacheListCommand = (cli: Cli): Promise<number> =>
  withProject(cli, ({ application, services }) =>
    cacheList({ cache: application.cache, output: cli.output, now: services.now() }),
  );

export const cachePruneCommand = (cli: Cli, options: CachePruneOptions): Promise<number> =>
  withProject(cli, ({ application }) => cachePrune({ cache: application.cache, output: cli.output, options }));
