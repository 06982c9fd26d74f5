import type { Json } from "../../../src/domain/json.ts";
import type { ChaosPlan, ChaosTask } from "../plan/chaos-plan.ts";
import type { StateFile } from "./state-file.ts";

const promptOf = (key: string): string => `Write ${key}.`;

/** The command that makes the job: of a goal that the manager plans, or of a ready workflow that asks for the same tasks. */
export const firstCommandOf = (plan: ChaosPlan): readonly string[] =>
  plan.workflow === undefined
    ? ["run", "Write the files", "--yes", "--json"]
    : ["workflow", "run", plan.workflow, "--input", JSON.stringify(inputOf(plan)), "--yes", "--json"];

function inputOf({ workflow, tasks }: ChaosPlan): Json {
  const parts = tasks.map(({ key }) => ({
    ...{ name: key, agent: "builder", prompt: promptOf(key) },
    expectedOutputs: [`out/${key}.txt`],
  }));
  if (workflow === "fan-out") return { branches: parts };
  if (workflow === "pipeline") return { goal: "the files", stages: parts };
  const items = tasks.map(({ key }) => key);
  const reduce = { agent: "analyzer", access: "read", prompt: "Sum up the files." };
  return { items, map: { agent: "builder", prompt: promptOf("{{item}}") }, reduce, failures: "all" };
}

/** A workflow's tasks have names that nobody knows before: an answer is found by the title, in this prompt or an earlier one. */
export const answerKeyOf = ({ workflow }: ChaosPlan, { key }: ChaosTask): string =>
  workflow === undefined ? key : `/## Your task: (Write )?${key}\\b/`;

/** The ids that a task of the plan has in the state: one, when all is well. */
export function idsOfTask(
  { plan, state }: { readonly plan: ChaosPlan; readonly state: StateFile },
  key: string,
): readonly string[] {
  if (plan.workflow === undefined) {
    return state.rows("SELECT id FROM jobs").map(({ id }) => `${String(id)}/${key}`);
  }
  const asked = `json_extract(spec, '$.prompt') LIKE '${promptOf(key)}%' AND status <> 'cancelled'`;
  return state.rows(`SELECT id FROM tasks WHERE ${asked}`).map(({ id }) => String(id));
}
