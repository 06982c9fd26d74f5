import type { Problem, Origin } from "./problem.ts";
import { meant, placeOf } from "./problem.ts";
import type { Reference } from "./reference.ts";
import { knownKeys } from "./result-keys.ts";
import { bodiesOf, needsOf, withInner, type Step, type StepList } from "./step.ts";

/** What a step may refer to. */
type Visible = {
  readonly inputs: readonly string[];
  readonly steps: ReadonlyMap<string, Step>;
  /** `item` of a forEach, `previous` and `times` of a repeat. */
  readonly locals: readonly string[];
  /** The step that refers; absent: the output does. */
  readonly user?: Step;
};

type Checking = { readonly origin: Origin; readonly all: ReadonlyMap<string, Step>; readonly problems: Problem[] };

export type FlowParts = {
  readonly list: StepList;
  readonly inputs: readonly string[];
  /** References of `output`. */
  readonly output: readonly Reference[];
};

/** What is wrong between steps: ids, `needs`, circles, and references to what isn't there or isn't waited for. */
export function flowProblems(origin: Origin, { list, inputs, output }: FlowParts): readonly Problem[] {
  const steps = list.steps.flatMap(withInner);
  const all = new Map(steps.map((step) => [step.id, step]));
  const twice = doubles(origin, steps);
  if (twice.length > 0) return twice;
  const checking: Checking = { origin, all, problems: [] };
  const none: Visible = { inputs, steps: new Map(), locals: [] };
  const after = checkList(list, none, checking);
  for (const reference of output) checkReference(reference, { ...none, steps: after }, checking);
  return checking.problems;
}

function doubles(origin: Origin, steps: readonly Step[]): Problem[] {
  const first = new Map<string, Step>();
  return steps.flatMap((step) => {
    const other = first.get(step.id);
    if (other === undefined) first.set(step.id, step);
    const where = other === undefined ? "" : placeOf(origin, [...other.path, "id"]);
    return other === undefined
      ? []
      : [{ path: [...step.path, "id"], message: `${step.id} is also the id of ${where}` }];
  });
}

/** @returns what may be referred to after the list */
function checkList(list: StepList, outer: Visible, checking: Checking): ReadonlyMap<string, Step> {
  checkNeeds(list, checking);
  const circle = findCircle(list);
  if (circle !== undefined) checking.problems.push(circleProblem(circle, checking.origin));
  const ancestors = ancestorsOf(list);
  for (const step of list.steps) {
    const before = list.steps.filter(({ id }) => ancestors.get(step.id)?.has(id) === true);
    checkStep(step, { ...outer, steps: new Map([...outer.steps, ...before.flatMap(provides)]) }, checking);
  }
  return new Map([...outer.steps, ...list.steps.flatMap(provides)]);
}

/** A step, and those within it that have one result after it: not those of a forEach. */
const provides = (step: Step): readonly (readonly [string, Step])[] => [
  [step.id, step],
  ...(step.doing.kind === "forEach" ? [] : bodiesOf(step).flatMap(({ steps }) => steps.flatMap(provides))),
];

function checkStep(step: Step, visible: Visible, checking: Checking): void {
  const inner: Visible = { ...visible, locals: [...visible.locals, ...localsOf(step)] };
  let after = visible.steps;
  for (const body of bodiesOf(step)) after = new Map([...after, ...checkList(body, inner, checking)]);
  for (const reference of step.references) {
    const isAfterwards = reference.path.includes("until");
    checkReference(reference, { ...(isAfterwards ? { ...inner, steps: after } : visible), user: step }, checking);
  }
}

function localsOf({ doing }: Step): readonly string[] {
  if (doing.kind === "forEach") return [doing.as, "index"];
  return doing.kind === "repeat" ? ["previous", "times"] : [];
}

function checkNeeds({ steps }: StepList, { all, problems }: Checking): void {
  const ids = steps.map(({ id }) => id);
  for (const { id, needs = [], path } of steps) {
    for (const [index, need] of needs.entries()) {
      if (ids.includes(need) && need !== id) continue;
      const reason = all.has(need) ? "which is not a step of the same list" : "and there is no such step";
      const message = need === id ? "names the step itself" : `names ${need}, ${reason}`;
      problems.push({
        path: [...path, "needs", index],
        message,
        ...meant(
          need,
          ids.filter((other) => other !== id),
        ),
      });
    }
  }
}

/** The first circle of needs, as the steps that it goes through. */
function findCircle(list: StepList): readonly Step[] | undefined {
  const byId = new Map(list.steps.map((step, index) => [step.id, { step, needs: needsOf(list, index) }]));
  const done = new Set<string>();
  const search = (id: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(id)) return way.slice(way.indexOf(id));
    if (done.has(id)) return undefined;
    done.add(id);
    const needs = byId.get(id)?.needs ?? [];
    return needs.map((need) => search(need, [...way, id])).find((found) => found !== undefined);
  };
  const found = list.steps.map(({ id }) => search(id, [])).find((circle) => circle !== undefined);
  return found?.flatMap((id) => byId.get(id)?.step ?? []);
}

function circleProblem(circle: readonly Step[], origin: Origin): Problem {
  const [first] = circle;
  const line = (step: Step | undefined): string =>
    step === undefined ? "" : `${step.id} (line ${origin.lineOf([...step.path, "id"]) ?? "?"})`;
  return {
    path: first === undefined ? [] : [...first.path, first.needs === undefined ? "id" : "needs"],
    message: `waits for itself: ${[...circle, first].map(line).join(" → ")}`,
    hint: "Take one of these needs away; a step without needs waits for the one before it",
  };
}

function ancestorsOf(list: StepList): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  const indexOf = new Map(list.steps.map(({ id }, index) => [id, index]));
  const collect = (id: string, way: readonly string[]): ReadonlySet<string> => {
    const ready = known.get(id);
    const index = indexOf.get(id);
    if (ready !== undefined || index === undefined || way.includes(id)) return ready ?? new Set();
    const needs = needsOf(list, index);
    const found = new Set([...needs, ...needs.flatMap((need) => [...collect(need, [...way, id])])]);
    known.set(id, found);
    return found;
  };
  for (const { id } of list.steps) collect(id, []);
  return known;
}

function checkReference(reference: Reference, visible: Visible, { all, problems }: Checking): void {
  const problem = referenceProblem(reference, visible, all);
  if (problem !== undefined) problems.push({ path: reference.path, ...problem });
}

type Wrong = Omit<Problem, "path">;

function referenceProblem(
  { segments, mayBeAbsent }: Reference,
  { inputs, steps, locals, user }: Visible,
  all: ReadonlyMap<string, Step>,
): Wrong | undefined {
  const [root = "", name = "", part, key] = segments;
  const written = segments.join(".");
  if (locals.includes(root)) return undefined;
  if (root === "input") {
    if (name === "" || inputs.includes(name)) return undefined;
    return { message: `refers to ${written}, and the workflow takes no ${name}`, ...meant(name, inputs) };
  }
  if (root !== "steps") {
    return { message: `refers to ${written}, which is nothing`, ...meant(root, ["input", "steps", ...locals]) };
  }
  const step = steps.get(name);
  if (step === undefined) return unseen({ name, written, steps, all, user });
  if (part !== "result" && part !== "failed") {
    return { message: `refers to ${written}: of a step there is its result`, hint: `Write steps.${name}.result` };
  }
  const keys = part === "result" && mayBeAbsent !== true ? knownKeys(step) : undefined;
  if (keys === undefined || key === undefined || keys.includes(key)) return undefined;
  return { message: `refers to ${written}, and the result of ${name} has no ${key}`, ...meant(key, keys) };
}

type Unseen = {
  readonly name: string;
  readonly written: string;
  readonly steps: ReadonlyMap<string, Step>;
  readonly all: ReadonlyMap<string, Step>;
  readonly user: Step | undefined;
};

function unseen({ name, written, steps, all, user }: Unseen): Wrong {
  if (!all.has(name))
    return { message: `refers to ${written}, and there is no step ${name}`, ...meant(name, [...steps.keys()]) };
  if (user === undefined || user.id === name) {
    return { message: `refers to ${written}, which has no single result there`, hint: "Refer to the step around it" };
  }
  return {
    message: `refers to ${written}, which is not done when ${user.id} begins`,
    hint: `Add ${name} to the needs of ${user.id}, or refer to the step around ${name}`,
  };
}
