import { z } from "zod";

import { scriptWords } from "../../domain/workflow/script-words.ts";
import { readForm } from "./forms.ts";
import { issueProblems, meant, type Path, type Problem } from "./problem.ts";
import { referencesIn, wholeReference, type Reference } from "./reference.ts";
import type { Doing, Step, StepList } from "./step.ts";
import { isStepKind, stepKinds, stepSchemas, type Condition, type StepData, type StepKind } from "./step-schemas.ts";

const object = z.record(z.string(), z.unknown());

/** Reads the steps of a file one by one, and collects what is wrong in any of them. */
export class StepReader {
  readonly problems: Problem[] = [];

  list(raw: readonly unknown[], path: Path, order: StepList["order"] = "sequence"): StepList {
    const steps = raw.flatMap((item, index) => this.#step(item, [...path, index]) ?? []);
    return { steps, order };
  }

  #step(raw: unknown, path: Path): Step | undefined {
    const read = object.safeParse(raw);
    if (!read.success) return this.#refuse(path, "must be a step: { id: …, agent: …, prompt: … }");
    const kinds = Object.keys(read.data).filter(isStepKind);
    const [kind, second] = kinds;
    if (kind === undefined) return this.#noKind(read.data, path);
    if (second !== undefined) return this.#refuse(path, `is two kinds of step at once: ${kinds.join(" and ")}`);
    const schema: z.ZodType = stepSchemas[kind];
    const parsed = schema.safeParse(read.data);
    if (parsed.success) return this.#checked(kind, read.data, path);
    this.problems.push(...issueProblems(parsed.error.issues, path, Object.keys(stepSchemas[kind].shape)));
    return undefined;
  }

  #checked(kind: StepKind, raw: Readonly<Record<string, unknown>>, path: Path): Step {
    const { id, needs } = stepSchemas.sleep.pick({ id: true, needs: true }).strip().parse(raw);
    const references = this.#references(raw, path);
    const doing = this.#doing(kind, raw, path);
    return { id, path, doing, references, ...(needs === undefined ? {} : { needs }) };
  }

  #doing(kind: StepKind, raw: unknown, path: Path): Doing {
    switch (kind) {
      case "agent": {
        const data = stepSchemas.agent.parse(raw);
        return { kind, ...data, ...this.#form(data.result, path) };
      }
      case "receive": {
        const data = stepSchemas.receive.parse(raw);
        return { kind, ...data, ...this.#form(data.result, path) };
      }
      case "run":
        return { kind, ...this.#safeCommand(stepSchemas.run.parse(raw), path) };
      case "approve":
        return { kind, ...stepSchemas.approve.parse(raw) };
      case "workflow":
        return { kind, ...stepSchemas.workflow.parse(raw) };
      case "sleep":
        return { kind, ...stepSchemas.sleep.parse(raw) };
      default:
        return this.#group(kind, raw, path);
    }
  }

  #group(kind: "parallel" | "forEach" | "when" | "repeat", raw: unknown, path: Path): Doing {
    switch (kind) {
      case "parallel": {
        const data = stepSchemas.parallel.parse(raw);
        return { kind, ...data, body: this.list(data.parallel, [...path, "parallel"], "side-by-side") };
      }
      case "forEach": {
        const data = stepSchemas.forEach.parse(raw);
        return { kind, ...data, body: this.list(data.steps, [...path, "steps"]) };
      }
      case "when": {
        const data = stepSchemas.when.parse(raw);
        const no = data.else === undefined ? {} : { no: this.list(data.else, [...path, "else"]) };
        return { kind, ...data, yes: this.list(data.then, [...path, "then"]), ...no };
      }
      case "repeat": {
        const data = stepSchemas.repeat.parse(raw);
        return { kind, ...data, body: this.list(data.steps, [...path, "steps"]) };
      }
    }
  }

  #form(written: unknown, path: Path): { readonly form?: z.ZodType } {
    if (written === undefined) return {};
    const read = readForm(written);
    if ("form" in read) return { form: read.form };
    this.problems.push({ path: [...path, "result"], message: read.reason });
    return {};
  }

  /** What an agent or a stranger said must never become a part of a line that a shell reads. */
  #safeCommand(data: StepData<"run">, path: Path): StepData<"run"> {
    const scripts = typeof data.run === "string" ? [] : scriptWords(data.run);
    if (referencesIn(scripts, path).references.length > 0) {
      this.problems.push({
        path: [...path, "run"],
        message: "has a reference in what it runs, a program's name or a script, which would run whatever it holds",
        hint: 'Give the script an argument of its own for it: run: [sh, -c, \'echo "$1"\', sh, "{{ input.name }}"]',
      });
    }
    if (typeof data.run === "string" && referencesIn(data.run, path).references.length > 0) {
      this.problems.push({
        path: [...path, "run"],
        message: "has a reference in a line for the shell, which would run whatever it holds",
        hint: 'Write program and arguments as a list: run: [npm, test, "{{ input.name }}"]',
      });
    }
    return data;
  }

  #references(raw: Readonly<Record<string, unknown>>, path: Path): readonly Reference[] {
    const { when, repeat, forEach } = raw;
    const until = object.catch({}).parse(repeat)["until"];
    const texts = Object.entries(raw).filter(([key]) => !untemplated.has(key));
    const found = texts.map(([key, value]) => referencesIn(value, [...path, key]));
    for (const { path: at, written } of found.flatMap(({ broken }) => broken)) this.#notReference(at, written);
    return [
      ...found.flatMap(({ references }) => references),
      ...this.#conditionReferences(when, [...path, "when"]),
      ...this.#conditionReferences(until, [...path, "repeat", "until"]),
      ...(forEach === undefined ? [] : this.#bare(forEach, [...path, "forEach"])),
    ];
  }

  #conditionReferences(raw: unknown, path: Path): readonly Reference[] {
    if (raw === undefined) return [];
    const { ref, exists, all, any }: Partial<Condition> = object.catch({}).parse(raw);
    const inner = [["all", all] as const, ["any", any] as const].flatMap(([key, list]) =>
      (list ?? []).flatMap((one, index) => this.#conditionReferences(one, [...path, key, index])),
    );
    if (ref === undefined) return inner;
    const own = this.#bare(ref, [...path, "ref"]);
    return exists === undefined ? own : own.map((reference) => ({ ...reference, mayBeAbsent: true }));
  }

  #bare(written: unknown, path: Path): readonly Reference[] {
    const segments = typeof written === "string" ? wholeReference(written) : undefined;
    if (segments !== undefined) return [{ path, segments }];
    this.#notReference(path, String(written));
    return [];
  }

  #notReference(path: Path, written: string): void {
    const hint = "Write {{ input.name }} or {{ steps.id.result.field }}; \\{{ is text";
    this.problems.push({ path, message: `has ${written}, which is no reference`, hint });
  }

  #noKind(raw: Readonly<Record<string, unknown>>, path: Path): undefined {
    const own = Object.keys(raw).filter((key) => key !== "id" && key !== "needs");
    const hint = own.map((key) => meant(key, stepKinds)).find(({ hint: near }) => near?.startsWith("Did") === true);
    this.problems.push({
      path,
      message: "says not what is to be done",
      hint: hint?.hint ?? `Give it one of: ${stepKinds.join(", ")}`,
    });
  }

  #refuse(path: Path, message: string): undefined {
    this.problems.push({ path, message });
  }
}

/** Options in which braces are text, or that are read in another way. */
const untemplated: ReadonlySet<string> = new Set([
  ...["id", "needs", "agent", "workflow", "as", "result", "steps", "parallel", "then", "else"],
  ...["when", "repeat", "forEach", "receive", "sleep", "access", "in", "gates", "model", "subagents"],
]);
