import { z } from "zod";
import { TuttiError } from "../../domain/errors.ts";

/**
 * Task Master's file of tasks, `.taskmaster/tasks/tasks.json`. What it holds beside the fields named here stays as it is.
 * Source of the format: the npm package `task-master-ai`, 0.43.1.
 */
export type TasksFile = {
  /** The whole file as it was read. */
  readonly root: Fields;
  /** Old files have one list of tasks and no tags: it is then called `master`. */
  readonly isTagged: boolean;
  readonly tags: ReadonlyMap<string, TagTasks>;
};

export type Fields = { readonly [field: string]: unknown };

export type TagTasks = Fields & {
  readonly tasks: readonly TaskMasterTask[];
  readonly metadata?: Fields | null;
};

/** A whole number above 0, which Task Master writes now as a number, now as a text. */
export type RawId = number | string;

/** What a task and a subtask have in common. */
export type TaskMasterItem = Fields & {
  readonly id: RawId;
  readonly title: string;
  readonly description?: string | null;
  readonly details?: string | null;
  readonly testStrategy?: string | null;
  readonly status?: string | null;
  readonly priority?: string | null;
  /** Of a task: ids of tasks, `1.2` for a subtask. Of a subtask: ids of its siblings, or `1.2`. */
  readonly dependencies?: readonly RawId[] | null;
  /** Whatever a user or a program wants to keep with it. */
  readonly metadata?: Fields | null;
};

export type TaskMasterTask = TaskMasterItem & { readonly subtasks?: readonly TaskMasterItem[] | null };

export const defaultTag = "master";

const expects = (what: string) => ({
  error: (issue: { readonly input?: unknown }): string =>
    issue.input === undefined ? "is missing" : `must be ${what}`,
});

const text = z.string(expects("a text"));
const filled = text.regex(/\S/, "is empty");
const isIdText = (value: unknown): boolean => typeof value === "string" && /^[1-9]\d*$/.test(value);
const isId = (value: unknown): boolean => isIdText(value) || (Number.isSafeInteger(value) && Number(value) > 0);
const id = z.custom<RawId>(isId, expects("a whole number above 0"));
const reference = z.custom<RawId>(
  (value) => isId(value) || (typeof value === "string" && /^[1-9]\d*\.[1-9]\d*$/.test(value)),
  expects('the number of a task, or "1.2" for a subtask'),
);
const fields = z.record(z.string(), z.unknown(), expects("a mapping"));

const itemShape = {
  id,
  title: filled,
  description: text.nullish(),
  details: text.nullish(),
  testStrategy: text.nullish(),
  status: text.nullish(),
  priority: text.nullish(),
  dependencies: z.array(reference, expects("a list")).nullish(),
  metadata: fields.nullish(),
};
const itemSchema = z.looseObject(itemShape, expects("a mapping"));
const taskSchema = z.looseObject(
  { ...itemShape, subtasks: z.array(itemSchema, expects("a list")).nullish() },
  expects("a mapping"),
);
const tagSchema = z.looseObject({ tasks: z.array(taskSchema, expects("a list")), metadata: fields.nullish() });

/**
 * @param file - shown in the message
 * @throws {TuttiError} `INPUT_INVALID` with file and field
 */
export function parseTasksFile(content: string, file: string): TasksFile {
  const root = parseRoot(content, file);
  if (Array.isArray(root["tasks"])) {
    return { root, isTagged: false, tags: new Map([[defaultTag, checkTag(root, { file, path: [] })]]) };
  }
  const tags = Object.entries(root)
    .filter(([, value]) => isFields(value) && "tasks" in value)
    .map(([name, value]): [string, TagTasks] => [name, checkTag(value, { file, path: [name] })]);
  return { root, isTagged: true, tags: new Map(tags) };
}

export const emptyTasksFile: TasksFile = { root: {}, isTagged: true, tags: new Map() };

/** As Task Master writes it: two spaces. */
export const formatTasksFile = ({ root }: TasksFile): string => JSON.stringify(root, undefined, 2);

/** The file with this tag's tasks in place of the old ones. A second tag turns an old file into a tagged one. */
export function withTag(file: TasksFile, name: string, tag: TagTasks): TasksFile {
  const tags = new Map([...file.tags, [name, tag]]);
  if (file.isTagged) return { root: { ...file.root, [name]: tag }, isTagged: true, tags };
  if (name === defaultTag) return { root: tag, isTagged: false, tags };
  return { root: { [defaultTag]: file.root, [name]: tag }, isTagged: true, tags };
}

function parseRoot(content: string, file: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TuttiError("INPUT_INVALID", `${file} is not valid JSON: ${reason}`, {
      hint: "Correct the file, or take an older version of it from git",
      context: { file },
      cause,
    });
  }
  if (isFields(value)) return value;
  throw new TuttiError("INPUT_INVALID", `${file} must hold a mapping of tags to tasks`, {
    hint: "Name Task Master's own file: .taskmaster/tasks/tasks.json",
    context: { file },
  });
}

type Place = { readonly file: string; readonly path: readonly PropertyKey[] };

function checkTag(value: unknown, { file, path }: Place): TagTasks {
  if (isTag(value)) return value;
  const [issue] = tagSchema.safeParse(value).error?.issues ?? [];
  const field = formatPath([...path, ...(issue?.path ?? [])]);
  throw new TuttiError("INPUT_INVALID", `${file}: ${field} ${issue?.message ?? "is not valid"}`, {
    hint: `Correct ${field} in that file`,
    context: { file, field },
  });
}

/** The schema changes nothing, so what it accepts is of the type as it stands. */
const isTag = (value: unknown): value is TagTasks => tagSchema.safeParse(value).success;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const formatPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
