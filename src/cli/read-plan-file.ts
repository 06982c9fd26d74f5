import { readFile } from "node:fs/promises";
import { LineCounter, isNode, parseDocument } from "yaml";

import { TuttiError } from "../domain/errors.ts";
import { parsePlan } from "../domain/plan/parse-plan.ts";
import type { Plan } from "../domain/plan/plan-schema.ts";

/**
 * Reads a plan from YAML or JSON, which YAML contains.
 * @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE` with file, line, field and fix
 */
export async function readPlanFile(path: string): Promise<Plan> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(path), { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw new TuttiError("PLAN_INVALID", `${path}:${line}: ${problem.message}`, {
      hint: "Correct the YAML and start again",
    });
  }
  return parsePlan(document.toJS(), {
    file: path,
    lineOf: (field) => {
      const node = document.getIn(field, true);
      const start = isNode(node) ? node.range?.[0] : undefined;
      return start === undefined ? undefined : lines.linePos(start).line;
    },
  });
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
