import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { parseRules } from "../domain/breakpoint/parse-rules.ts";
import type { BreakpointRule } from "../domain/breakpoint/rule.ts";
import { TuttiError } from "../domain/errors.ts";
import { parseYaml, type SourceFile } from "./read/yaml-file.ts";

/** Relative to the repository's root. */
const breakpointRulesFile = ".tutti/breakpoints.yaml";

type Where = {
  readonly projectDir: string;
  /** Names of the plugins' evaluators. */
  readonly evaluators: readonly string[];
};

/**
 * The project's rules on when a person is asked; none without the file.
 * @throws {TuttiError} `BREAKPOINT_INVALID` with the file, the line and the field
 */
export async function loadBreakpointRules({ projectDir, evaluators }: Where): Promise<readonly BreakpointRule[]> {
  const text = await textOf(join(projectDir, breakpointRulesFile));
  if (text === undefined) return [];
  const { content, lineOf } = sourceOf(text);
  return parseRules({ content, lineOf, where: breakpointRulesFile, evaluators });
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
    throw new TuttiError("BREAKPOINT_INVALID", `${breakpointRulesFile} can't be read`, { cause: thrown });
  }
}

function sourceOf(text: string): SourceFile {
  try {
    return parseYaml(text, breakpointRulesFile);
  } catch (thrown) {
    const { message, hint, context } = TuttiError.from(thrown);
    throw new TuttiError("BREAKPOINT_INVALID", message, { context, ...(hint === undefined ? {} : { hint }) });
  }
}
