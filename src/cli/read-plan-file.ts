import { readFile } from "node:fs/promises";
import { LineCounter, isNode, parseDocument, type Document } from "yaml";

import { TuttiError } from "../domain/errors.ts";
import { nearestLine, parsePlan } from "../domain/plan/parse-plan.ts";
import type { PlanPath } from "../domain/plan/plan-problem.ts";
import type { Plan } from "../domain/plan/plan-schema.ts";

export type OpenPlan = {
  readonly plan: Plan;
  /** 1-based line of a value of the file, or of what holds it. */
  readonly lineOf: (path: PlanPath) => number | undefined;
};

/**
 * Reads a plan from YAML or JSON, which YAML contains.
 * @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE` with file, line, field and fix
 */
export const readPlanFile = async (path: string): Promise<Plan> => (await openPlanFile(path)).plan;

/** The same, with the lines. @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE` */
export async function openPlanFile(path: string): Promise<OpenPlan> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(path), { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw new TuttiError("PLAN_INVALID", `${path}:${line}: ${problem.message}`, {
      hint: "Correct the YAML and start again",
    });
  }
  const lineOf = (field: PlanPath): number | undefined => {
    const node = document.getIn(field, true);
    const start = isNode(node) ? node.range?.[0] : undefined;
    return start === undefined ? undefined : lines.linePos(start).line;
  };
  const plan = parsePlan(contentOf(document, path), { file: path, lineOf });
  return { plan, lineOf: (field) => nearestLine(field, lineOf) };
}

/** Aliases of aliases would fill the memory: the library refuses them. */
function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("PLAN_INVALID", `${path}: ${why}`, { hint: "Write the values out where they belong", cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TuttiError("PLAN_INVALID", `The plan ${path} can't be read`, {
      hint: "Check the path after --plan",
      cause,
    });
  }
}
