import { posix } from "node:path";

import type { JudgedWork } from "../../domain/quality/judged-work/changed-file.ts";
import { isTestFile } from "../../domain/quality/judged-work/path-kinds.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import type { ShownFile } from "../../supervision/quality/review/review-prompt.ts";
import { gatesOfTask } from "../../supervision/run-gates.ts";
import { filesAmong, textAt, type Snapshot } from "../../workspace/index.ts";
import type { JobDesk } from "../desk.ts";

type Desk = {
  readonly services: Pick<JobDesk["services"], "repo" | "redact">;
  readonly job: { readonly options: Pick<JobDesk["job"]["options"], "gates"> };
};

type Named = {
  readonly spec: Pick<TaskSpec, "title" | "prompt" | "acceptance" | "contextFiles" | "gates">;
  readonly taken: Pick<Snapshot, "commit" | "changedFiles">;
};

const mostTests = 5;
const mostBeside = 8;
/** What is larger has no room in a prompt. */
const largestBytes = 512 * 1024;
/** Command lines have an end. */
const mostWords = 400;

/** The tests that this work has to pass, as far as somebody names them; those that were changed are read anyway. */
export async function namedTests(desk: Desk, named: Named): Promise<JudgedWork["tests"] & {}> {
  return read(desk, named, { paths: unchangedPaths(desk, named).filter(isTestFile), most: mostTests });
}

/** What one has to know besides the change to judge it: files that the task or a gate names; secrets are taken out. */
export async function filesBeside(desk: Desk, named: Named): Promise<readonly ShownFile[]> {
  const files = await read(desk, named, { paths: unchangedPaths(desk, named), most: mostBeside });
  return files.map(({ path, text }) => ({ path, text: desk.services.redact(text) }));
}

function unchangedPaths({ job }: Desk, { spec, taken }: Named): readonly string[] {
  const gates = gatesOfTask(job.options.gates, spec.gates).map(({ run }) => run);
  const words = [...spec.contextFiles, spec.title, spec.prompt, ...spec.acceptance, ...gates].join(" ");
  const named = new Set(
    words.match(/(?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.[A-Za-z]{1,8}\b/g)?.map((path) => posix.normalize(path)),
  );
  const changed = new Set(taken.changedFiles.map(({ path }) => path));
  return [...named].filter((path) => !changed.has(path));
}

type Wanted = {
  /** Words that look like files; most of a long text are none. */
  readonly paths: readonly string[];
  readonly most: number;
};

async function read({ services }: Desk, { taken }: Named, { paths, most }: Wanted): Promise<readonly ShownFile[]> {
  const files = await filesAmong(services.repo, taken.commit, paths.slice(0, mostWords));
  const small = files.filter(({ sizeBytes }) => sizeBytes <= largestBytes).slice(0, most);
  const texts = await Promise.all(
    small.map(async ({ path }) => ({ path, text: await textAt(services.repo, taken.commit, path) })),
  );
  return texts.flatMap(({ path, text }) => (text === undefined || text.includes("\0") ? [] : [{ path, text }]));
}
