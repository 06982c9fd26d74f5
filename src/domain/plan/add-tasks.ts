import { TuttiError } from "../errors.ts";
import { asTaskId, jobOfTask, taskIdOf, type JobId } from "../ids.ts";
import { graphProblems, withParent } from "./graph-problems.ts";
import { planError } from "./parse-plan.ts";
import { schemaProblems } from "./schema-problems.ts";
import { taskRequestSchema, type RawTaskRequest, type TaskSpec } from "./task-spec.ts";

type ParsedRequest = ReturnType<typeof taskRequestSchema.parse>;

export type AddedTasks = {
  /** In the order of the requests: new ones and those that existed. */
  readonly keys: readonly string[];
  /** What is to be stored. */
  readonly added: readonly TaskSpec[];
};

/**
 * Turns requests into tasks of a job: fills in defaults, gives keys to those without one, resolves names of other tasks. A
 * request with the key of a task that says the same is that task: asking twice is safe.
 * @param known - the job's tasks so far
 * @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE`, or `INPUT_INVALID` for a key that another task has
 */
export function addTasks(jobId: JobId, known: readonly TaskSpec[], requests: readonly RawTaskRequest[]): AddedTasks {
  const parsed = requests.map((request, index) => parseRequest(request, index));
  const byKey = new Map(known.map((spec) => [spec.key, spec]));
  const taken = new Set([...byKey.keys(), ...parsed.flatMap(({ key }) => (key === undefined ? [] : [key]))]);
  const keyed = parsed.map((request) => ({ ...request, key: request.key ?? freeKey(request, taken) }));
  const specs = keyed.map((request, index) => specOf(jobId, request, index));
  const added = specs.filter((spec, index) => !isRepeat(spec, byKey.get(spec.key), index));
  checkGraph(known, added);
  return { keys: specs.map(({ key }) => key), added };
}

const requestKeys = Object.keys(taskRequestSchema.shape);

function parseRequest(request: RawTaskRequest, index: number): ParsedRequest {
  const parsed = taskRequestSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  const problems = schemaProblems(parsed.error.issues, request, requestKeys);
  throw planError(
    problems.map((problem) => ({ ...problem, path: ["tasks", index, ...problem.path] })),
    { isFromCaller: true },
  );
}

type KeyedRequest = ParsedRequest & { readonly key: string };

function specOf(jobId: JobId, request: KeyedRequest, index: number): TaskSpec {
  const { parentTaskId, dependsOn, title, ...rest } = request;
  const keyOf = (reference: string, field: string): string => localKey(jobId, reference, `tasks[${index}].${field}`);
  const parent = parentTaskId === undefined ? undefined : keyOf(parentTaskId, "parentTaskId");
  const needed = dependsOn.map((reference, at) => keyOf(reference, `dependsOn[${at}]`));
  return withParent({
    ...rest,
    title: title ?? titleOf(request.prompt),
    dependsOn: needed,
    ...(parent === undefined ? {} : { parent }),
  });
}

function localKey(jobId: JobId, reference: string, field: string): string {
  if (!reference.includes("/")) return reference;
  const taskId = asTaskId(reference);
  const key = taskId.slice(taskId.lastIndexOf("/") + 1);
  if (taskIdOf(jobId, key) === taskId) return key;
  throw new TuttiError("PLAN_INVALID", `${field} names "${reference}", a task of job ${jobOfTask(taskId)}`, {
    hint: `Only tasks of the same job (${jobId}) can depend on one another`,
    context: { job: jobId, task: reference },
  });
}

function isRepeat(spec: TaskSpec, existing: TaskSpec | undefined, index: number): boolean {
  if (existing === undefined) return false;
  if (JSON.stringify(spec) === JSON.stringify(existing)) return true;
  throw new TuttiError("INPUT_INVALID", `tasks[${index}].key is "${spec.key}", which a different task of the job has`, {
    hint: "Give the task another key, or ask for exactly the same task again",
    context: { key: spec.key },
  });
}

function checkGraph(known: readonly TaskSpec[], added: readonly TaskSpec[]): void {
  const problems = graphProblems({ summary: "", tasks: [...known, ...added] }).map((problem) => {
    const [list = "tasks", index, ...rest] = problem.path;
    return { ...problem, path: [list, Number(index) - known.length, ...rest] };
  });
  if (problems.length > 0) throw planError(problems, { isFromCaller: true });
}

const titleOf = (prompt: string): string => {
  const line = prompt.trim().split("\n", 1)[0] ?? "";
  return line.length > 72 ? `${line.slice(0, 71).trimEnd()}…` : line;
};

/** Readable: the first words of its title or prompt, and a number where they are taken. */
function freeKey({ title, prompt }: ParsedRequest, taken: Set<string>): string {
  const words = (title ?? prompt).toLowerCase().match(/[a-z0-9]+/g) ?? ["task"];
  const stem = words.slice(0, 5).join("-").slice(0, 40).replace(/-$/, "");
  let key = stem;
  for (let n = 2; taken.has(key); n += 1) key = `${stem}-${n}`;
  taken.add(key);
  return key;
}
