import { z } from "zod";

/** The forms of the steps of a YAML workflow, one for each kind. A step's kind is the option that only it has. */

const text = z.string().trim().min(1, "must not be empty");
const texts = z.array(text);
const positive = z.number().positive();

const stepId = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,63}$/, "must begin with a letter and have only letters, digits, - and _");

/** Steps are read one by one, so that what is wrong in them is said of them. */
const stepList = z.array(z.unknown()).min(1, "must have a step").meta({ id: "steps" });

const common = {
  id: stepId.describe("Names the step: what it comes to is {{ steps.<id>.result }}."),
  needs: z
    .array(stepId)
    .exactOptional()
    .describe("Steps of the same list that it waits for. Default: the one before it."),
};

const onFailure = z
  .enum(["stop", "continue"])
  .exactOptional()
  .describe("Whether its failure ends the workflow. Default: stop.");

const failures = z
  .enum(["all", "some"])
  .exactOptional()
  .describe("all: one failure fails the whole. some: it goes on as long as one of them succeeds. Default: all.");
const concurrency = z.int().positive().exactOptional().describe("At once. Default: all.");
const timeoutMs = z.int().positive().exactOptional();

const json = z.json();

/** `{{ … }}`, or the bare path. */
const reference = text;

const comparisons = {
  equals: json.exactOptional(),
  in: z.array(json).exactOptional(),
  exists: z.boolean().exactOptional(),
  above: z.number().exactOptional(),
  below: z.number().exactOptional(),
};

const operators = Object.keys(comparisons);

export type Condition = {
  readonly ref?: string;
  readonly equals?: unknown;
  readonly in?: readonly unknown[];
  readonly exists?: boolean;
  readonly above?: number;
  readonly below?: number;
  readonly all?: readonly Condition[];
  readonly any?: readonly Condition[];
};

const conditions = z.lazy(() => z.array(condition).min(1, "must have a condition"));

/** One comparison, or several of which all or any must hold. */
const condition: z.ZodType<Condition> = z
  .strictObject({
    ref: reference.exactOptional(),
    ...comparisons,
    all: conditions.exactOptional(),
    any: conditions.exactOptional(),
  })
  .refine(({ ref, all, any }) => [ref, all, any].filter((part) => part !== undefined).length === 1, {
    error: "must have one of ref, all, any",
  })
  .refine((given) => operators.filter((name) => name in given).length === (given.ref === undefined ? 0 : 1), {
    error: `must have one of ${operators.join(", ")}, beside ref`,
  })
  .meta({ id: "condition" });

const agentStep = z.strictObject({
  ...common,
  agent: text.describe("Name of an agent profile."),
  prompt: text.describe("What it is told."),
  title: text.exactOptional(),
  access: z.enum(["read", "edit"]).exactOptional(),
  result: z.json().exactOptional().describe("Form of its structured answer: { field: string }, or JSON Schema."),
  contextFiles: texts.exactOptional(),
  expectedOutputs: texts.exactOptional(),
  acceptance: texts.exactOptional(),
  footprint: texts.exactOptional(),
  gates: texts.exactOptional(),
  model: text.exactOptional(),
  timeoutMs,
  maxCostUsd: positive.exactOptional(),
  priority: z.int().min(1).max(10).exactOptional(),
  subagents: texts.exactOptional(),
  onFailure,
});

const runStep = z.strictObject({
  ...common,
  run: z.union([text, texts.min(1)], { error: "must be a command, or a list of a program and its arguments" }),
  in: z.enum(["job", "project"]).exactOptional(),
  timeoutMs,
  onFailure,
});

const approveStep = z.strictObject({
  ...common,
  approve: text.describe("The question."),
  context: json.exactOptional(),
  timeoutMs,
  onTimeout: z.enum(["reject", "approve"]).exactOptional(),
  onReject: z.enum(["stop", "continue"]).exactOptional().describe("What a no does. Default: stop."),
});

const parallelStep = z.strictObject({ ...common, parallel: stepList, concurrency, failures });

const forEachStep = z.strictObject({
  ...common,
  forEach: reference.describe("A list: {{ input.files }}."),
  as: stepId.describe("What an item is called: {{ file }}."),
  steps: stepList,
  concurrency,
  failures,
});

const whenStep = z.strictObject({
  ...common,
  when: condition,
  // eslint-disable-next-line unicorn/no-thenable
  then: stepList,
  else: stepList.exactOptional(),
});

const repeatStep = z.strictObject({
  ...common,
  repeat: z.strictObject({ until: condition, maxTimes: z.int().min(1).max(1_000) }),
  steps: stepList,
});

const workflowStep = z.strictObject({
  ...common,
  workflow: text.describe("Its name, or the path of its file."),
  input: json.exactOptional(),
  onFailure,
});

const receiveStep = z.strictObject({
  ...common,
  receive: text.describe("The name that it is sent under: tutti workflow signal <job> <name>."),
  timeoutMs,
  result: json.exactOptional(),
});

const duration = /^(\d{1,6})(ms|s|m|h|d)$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Of `90s`, `5m`, `2h`, `1d`. */
export function durationMs(written: string): number {
  const [, count = "0", unit = "ms"] = duration.exec(written) ?? [];
  return Number(count) * (unitMs[unit] ?? 1);
}

const sleepStep = z.strictObject({
  ...common,
  sleep: z.string().regex(duration, "must be a time such as 30s, 5m, 2h or 1d"),
});

export const stepSchemas = {
  agent: agentStep,
  run: runStep,
  approve: approveStep,
  parallel: parallelStep,
  forEach: forEachStep,
  when: whenStep,
  repeat: repeatStep,
  workflow: workflowStep,
  receive: receiveStep,
  sleep: sleepStep,
};

export type StepKind = keyof typeof stepSchemas;
export type StepData<Kind extends StepKind> = z.output<(typeof stepSchemas)[Kind]>;

export const stepKinds: readonly string[] = Object.keys(stepSchemas);
export const isStepKind = (key: string): key is StepKind => Object.hasOwn(stepSchemas, key);

const inputType = z.enum(["string", "number", "boolean", "list"]);

const inputField = z.strictObject({
  type: inputType,
  default: json.exactOptional(),
  description: z.string().exactOptional(),
});

export type InputField = z.output<typeof inputField>;

export const fileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and -")
    .exactOptional()
    .describe("Default: the name of the file."),
  description: z.string().exactOptional(),
  input: z
    .record(
      stepId,
      z.union([inputType, inputField], { error: "must be string, number, boolean, list, or { type: … }" }),
    )
    .default({}),
  steps: stepList,
  output: json.exactOptional().describe("What the workflow comes to. Default: what its last step does."),
});
