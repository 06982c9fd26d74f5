import { pathsOverlap } from "../../schedule/paths-overlap.ts";
import { writesOf } from "../../schedule/task-facts.ts";
import type { PlanTask } from "../plan-schema.ts";
import type { Finding, LintedPlan, PlanRule } from "./plan-remark.ts";
import { pathsIn, topicsOf } from "./prompt-words.ts";

/** A list of more is not read. */
const mostNamed = 4;

const quoted = (keys: readonly string[]): string => {
  const more = keys.length - mostNamed;
  return `${keys.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};

/** Who writes each path, in the plan's order. */
function writersOf(tasks: readonly PlanTask[]): ReadonlyMap<string, readonly number[]> {
  const writers = new Map<string, number[]>();
  for (const [index, task] of tasks.entries()) {
    for (const path of writesOf(task)) {
      const list = writers.get(path);
      if (list === undefined) writers.set(path, [index]);
      else list.push(index);
    }
  }
  return writers;
}

function sharedOutputs({ plan: { tasks }, order }: LintedPlan): readonly Finding[] {
  return [...writersOf(tasks)].flatMap(([path, writers]) => {
    const pair = writers.length < 2 ? undefined : order.firstUnordered(writers);
    if (pair === undefined) return [];
    const keys = writers.map((index) => tasks[index]?.key ?? "");
    return [
      {
        index: pair[1],
        path: ["tasks", pair[1]],
        message: `${quoted(keys)} all write ${path}, and nothing says in which order`,
        fix: "Make one task of them, give each a file of its own, or order them with dependsOn.",
      },
    ];
  });
}

const isGlob = (path: string): boolean => /[*?[{(!]/.test(path);

/** Paths that are different and may name the same file all the same: a folder and what is in it, a glob and what it matches. */
function overlappingWrites({ plan: { tasks }, order }: LintedPlan): readonly Finding[] {
  const writers = writersOf(tasks);
  const said = new Set<string>();
  return [...writers].flatMap(([wide, owners]) =>
    within(wide, writers).flatMap(([narrow, others]) => {
      const pair = owners
        .flatMap((one) => others.map((other) => [one, other] as const))
        .find(([one, other]) => one !== other && !order.isOrdered(one, other));
      if (pair === undefined) return [];
      const [first, second] = pair.toSorted((a, b) => a - b);
      const id = `${first}-${second}`;
      if (first === undefined || second === undefined || said.has(id)) return [];
      said.add(id);
      return [
        {
          index: second,
          path: ["tasks", second],
          message: `${tasks[second]?.key ?? ""} and ${tasks[first]?.key ?? ""} may write the same files: ${wide} and ${narrow} overlap`,
          fix: "Narrow their footprints, or order them with dependsOn.",
        },
      ];
    }),
  );
}

type Writers = ReadonlyMap<string, readonly number[]>;

/** Every other path that meets this one; a plain path is only compared with the folders above it. */
function within(wide: string, writers: Writers): readonly (readonly [string, readonly number[]])[] {
  if (isGlob(wide)) {
    // Two globs are compared once.
    return [...writers].filter(([path]) => path !== wide && (!isGlob(path) || path > wide) && pathsOverlap(wide, path));
  }
  return foldersAbove(wide).flatMap((folder) => {
    const owners = writers.get(folder) ?? writers.get(`${folder}/`);
    return owners === undefined ? [] : [[folder, owners] as const];
  });
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.replace(/\/+$/, "").split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Files that a task is to read first, and that another one makes which it does not wait for. */
function readsUnordered({ plan: { tasks }, order }: LintedPlan): readonly Finding[] {
  const makers = outputMakers(tasks);
  return tasks.flatMap((task, index) =>
    task.contextFiles.flatMap((file, at) => {
      const maker = missingMaker({ index, file, makers, order });
      const key = maker === undefined ? undefined : tasks[maker]?.key;
      if (key === undefined) return [];
      return [
        {
          index,
          path: ["tasks", index, "contextFiles", at],
          message: `${task.key} reads ${file} first, which ${key} makes, and does not wait for it`,
          fix: `Add "${key}" to its dependsOn.`,
        },
      ];
    }),
  );
}

/** Names of another task's outputs in a prompt, without a dependency. */
function hiddenDependencies({ plan: { tasks }, order }: LintedPlan): readonly Finding[] {
  const makers = outputMakers(tasks);
  return tasks.flatMap((task, index) => {
    const own = new Set([...writesOf(task), ...task.contextFiles]);
    const file = [...pathsIn(task.prompt)].find(
      (path) => !own.has(path) && missingMaker({ index, file: path, makers, order }) !== undefined,
    );
    const maker = file === undefined ? undefined : missingMaker({ index, file, makers, order });
    const key = maker === undefined ? undefined : tasks[maker]?.key;
    if (file === undefined || key === undefined) return [];
    return [
      {
        index,
        path: ["tasks", index, "prompt"],
        message: `the prompt of ${task.key} speaks of ${file}, which ${key} makes, and it does not wait for it`,
        fix: `Add "${key}" to its dependsOn, or leave the file out of the prompt.`,
      },
    ];
  });
}

function outputMakers(tasks: readonly PlanTask[]): Writers {
  return writersOf(tasks.map((task) => ({ ...task, footprint: [] })));
}

type Reading = {
  readonly index: number;
  readonly file: string;
  readonly makers: Writers;
  readonly order: LintedPlan["order"];
};

/** Somebody else makes the file, and nobody who makes it is ordered with the reader. */
function missingMaker({ index, file, makers, order }: Reading): number | undefined {
  const all = makers.get(file) ?? [];
  if (all.includes(index) || all.some((maker) => order.isOrdered(index, maker))) return undefined;
  return all[0];
}

/** A dependency that nothing in the task speaks of only takes away what could run side by side. */
function unneededDependencies({ plan: { tasks } }: LintedPlan): readonly Finding[] {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  return tasks.flatMap((task, index) =>
    task.dependsOn.flatMap((key, at) => {
      const needed = byKey.get(key);
      if (needed === undefined || task.parent === key || isUsed(task, needed)) return [];
      return [
        {
          index,
          path: ["tasks", index, "dependsOn", at],
          message: `nothing in ${task.key} speaks of what ${key} does, and it waits for it`,
          fix: `Say in its prompt what it needs of ${key}, or remove the dependency so that both run side by side.`,
        },
      ];
    }),
  );
}

/** Generous: a shared subject is use. Only of a task that declares its outputs one can know what there is to use. */
function isUsed(task: PlanTask, needed: PlanTask): boolean {
  const outputs = writesOf(needed);
  if (outputs.length === 0) return true;
  const touched = [...task.contextFiles, ...writesOf(task), ...pathsIn(task.prompt)];
  if (touched.some((path) => outputs.some((output) => pathsOverlap(path, output)))) return true;
  const topics = topicsOf(`${needed.key} ${needed.title} ${outputs.join(" ")}`);
  return [...topicsOf(`${task.title} ${task.prompt}`)].some((topic) => topics.has(topic));
}

/** Independent: what may run side by side, and what has to wait. */
export const independenceRules: readonly PlanRule[] = [
  {
    id: "read-before-made",
    severity: "error",
    about: "a task reads a file that another one makes, without waiting for it",
    check: readsUnordered,
  },
  {
    id: "shared-output",
    severity: "warning",
    about: "tasks without an order write the same file",
    check: sharedOutputs,
  },
  {
    id: "overlapping-footprint",
    severity: "warning",
    about: "tasks without an order may write the same files",
    check: overlappingWrites,
  },
  {
    id: "hidden-dependency",
    severity: "warning",
    about: "a prompt speaks of another task's output, without waiting for it",
    check: hiddenDependencies,
  },
  {
    id: "unneeded-dependency",
    severity: "hint",
    about: "a task waits for another one that it never speaks of",
    check: unneededDependencies,
  },
];
