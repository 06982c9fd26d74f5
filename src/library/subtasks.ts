import { TuttiError } from "../domain/errors.ts";
import type { TaskRequest } from "../domain/plan/task-spec.ts";
import type { Subtask } from "./tutti-options.ts";
import { resultJsonSchema } from "./typed-results.ts";

/** What the application is asked for: the schema of an answer as JSON Schema. */
export function requestOf({ result, ...rest }: Subtask): TaskRequest {
  return result === undefined ? rest : { ...rest, resultSchema: resultJsonSchema(result) };
}

/** What a list of tasks is for, when nobody says. @throws {TuttiError} `INPUT_INVALID` when there is none */
export function goalOf(subtasks: readonly Subtask[]): string {
  const [first] = subtasks;
  if (first === undefined) {
    throw new TuttiError("INPUT_INVALID", "There is nothing to delegate", { hint: "Give at least one task" });
  }
  const more = subtasks.length === 1 ? "" : ` and ${subtasks.length - 1} more`;
  return `${first.title ?? first.prompt}${more}`;
}
