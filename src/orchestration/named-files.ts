import type { JudgedWork } from "../domain/quality/judged-work/changed-file.ts";
import { isTestFile } from "../domain/quality/judged-work/path-kinds.ts";
import type { TaskSpec } from "../domain/plan/task-spec.ts";
import type { ShownFile } from "../supervision/quality/review/review-prompt.ts";
import { gatesOfTask } from "../supervision/run-gates.ts";
import { textAt, type Snapshot } from "../workspace/index.ts";
import type { JobDesk } from "./desk.ts";

type Named = { readonly spec: TaskSpec; readonly taken: Snapshot };

const mostTests = 5;
const mostBeside = 8;

/** The tests that this work has to pass, as far as somebody names them; those that were changed are read anyway. */
export async function namedTests(desk: JobDesk, named: Named): Promise<JudgedWork["tests"] & {}> {
  return read(desk, named, unchangedPaths(desk, named).filter(isTestFile).slice(0, mostTests));
}

/** What one has to know besides the change to judge it: files that the task or a gate names; secrets are taken out. */
export async function filesBeside(desk: JobDesk, named: Named): Promise<readonly ShownFile[]> {
  const files = await read(desk, named, unchangedPaths(desk, named).slice(0, mostBeside));
  return files.map(({ path, text }) => ({ path, text: desk.services.redact(text) }));
}

function unchangedPaths({ job }: JobDesk, { spec, taken }: Named): readonly string[] {
  const gates = gatesOfTask(job.options.gates, spec.gates).map(({ run }) => run);
  const words = [...spec.contextFiles, spec.title, spec.prompt, ...spec.acceptance, ...gates].join(" ");
  const named = new Set(words.match(/(?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.[A-Za-z]{1,8}\b/g) ?? []);
  const changed = new Set(taken.changedFiles.map(({ path }) => path));
  return [...named].filter((path) => !changed.has(path));
}

async function read(
  { services }: JobDesk,
  { taken }: Named,
  paths: readonly string[],
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const texts = await Promise.all(
    paths.map(async (path) => ({ path, text: await textAt(services.repo, taken.commit, path) })),
  );
  return texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
}
