import { lstat } from "node:fs/promises";
import { join } from "node:path";

import { isTableOfCases, isTestCase } from "../../domain/quality/rules/test-cases.ts";
import { addedOf, type ChangedFile } from "../../domain/quality/judged-work/changed-file.ts";
import { isTestFile } from "../../domain/quality/judged-work/path-kinds.ts";
import type { QualitySettings } from "../../domain/quality/quality-settings.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import { claimsOf } from "../../domain/validate/claims.ts";
import { claimsOfResult } from "../../domain/validate/result-claims.ts";
import type { AnswerFacts } from "../../domain/validate/validate-answer.ts";
import type { Snapshot } from "../../workspace/index.ts";
import type { JobDesk } from "../desk.ts";
import { isInSnapshot } from "./is-in-snapshot.ts";
import type { ProofRequest } from "./proof-request.ts";

export type SaidAndDone = Pick<ProofRequest, "slot" | "outcome"> & {
  readonly spec: TaskSpec;
  readonly taken: Snapshot;
  readonly changes: readonly ChangedFile[];
  readonly settings: QualitySettings;
  readonly requiresChanges: boolean;
};

/** What the agent said, beside what is known of the files that it names. */
export async function answerFacts(desk: JobDesk, facts: SaidAndDone): Promise<AnswerFacts> {
  const { outcome, spec, changes, settings } = facts;
  const claimed = [...claimsOf(outcome.text).files, ...claimsOfResult(outcome.result)];
  const named = [...new Set(claimed.map(({ path }) => path))].slice(0, maxNamed);
  const looks = await Promise.all(named.map((path) => lookAt(desk, facts, path)));
  return {
    text: outcome.text,
    isTruncated: outcome.isTruncated === true,
    ...(outcome.result === undefined ? {} : { result: outcome.result }),
    ...(spec.resultSchema === undefined ? {} : { resultSchema: spec.resultSchema }),
    changes: changes.map(({ path, status }) => ({ path, status })),
    isAnswerOnly: !facts.requiresChanges,
    present: new Set(looks.filter(({ isThere }) => isThere).map(({ path }) => path)),
    ignored: new Set(looks.filter(({ isIgnored }) => isIgnored).map(({ path }) => path)),
    hasTestChange: changes.some(isAboutTests),
    ...countedTests(changes),
    ...lookedThrough(changes),
    rules: settings.answer,
  };
}

function countedTests(changes: readonly ChangedFile[]): Pick<AnswerFacts, "testsAdded"> {
  const lines = changes.flatMap(addedOf).map(({ text }) => text);
  const testsAdded = lines.filter(isTestCase).length;
  return testsAdded === 0 || lines.some(isTableOfCases) ? {} : { testsAdded };
}

/** Only where every file could be read, a name can be missing. Spelling may differ: `max-size`, `MAX_SIZE`, `maxSize`. */
function lookedThrough(changes: readonly ChangedFile[]): Pick<AnswerFacts, "isMissing"> {
  const files = changes.filter(({ status, kind }) => status !== "deleted" && kind !== "submodule");
  if (files.length === 0 || files.some(({ text }) => text === undefined)) return {};
  const all = plain(files.map(({ path, text }) => `${path} ${text?.after ?? ""}`).join("\n"));
  return { isMissing: (name) => !all.includes(plain(name)) };
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}\n]/gu, "");

/** An answer that names more is not checked beyond that. */
const maxNamed = 60;

async function lookAt({ services }: JobDesk, { slot, taken }: SaidAndDone, path: string) {
  const isKept = await isInSnapshot(services.repo, taken, path);
  const isOnDisk = isKept || (await isFile(join(slot.path, path)));
  return { path, isThere: isOnDisk, isIgnored: isOnDisk && !isKept };
}

const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
        return false;
      throw error;
    },
  );

/** Some languages have their tests in the file that they test. */
const isAboutTests = (file: ChangedFile): boolean =>
  isTestFile(file.path) ||
  /(?:^|\/)(?:tests?|__tests__|specs?|fixtures|testdata)\//i.test(file.path) ||
  addedOf(file).some(({ text }) => isTestCase(text) || /\bassert\b|>>> |#\[cfg\(test\)\]/.test(text));
