import { TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import { placeOf, type Origin, type Path } from "./problem.ts";
import { textOf } from "./reference.ts";

/** What a step came to. */
export type StepEnd = {
  readonly result: Json;
  /** Where failures are allowed: what failed. */
  readonly failed?: Json;
};

type Roots = { readonly input: Json; readonly locals?: Readonly<Record<string, Json>> };

/** What references stand for, at one place of a running workflow. */
export class Values {
  readonly #origin: Origin;
  readonly #outer: Values | undefined;
  readonly #roots: Roots;
  readonly #steps = new Map<string, StepEnd>();

  constructor(origin: Origin, roots: Roots, outer?: Values) {
    this.#origin = origin;
    this.#roots = roots;
    this.#outer = outer;
  }

  /** Steps that end within see these and are not seen from here. */
  within(locals: Readonly<Record<string, Json>> = {}): Values {
    return new Values(this.#origin, { input: this.#roots.input, locals }, this);
  }

  set(id: string, end: StepEnd): void {
    this.#steps.set(id, end);
  }

  /** Takes over what has ended within. */
  adopt(inner: Values): void {
    for (const [id, end] of inner.#steps) this.#steps.set(id, end);
  }

  /** @returns `undefined` where there is no value */
  find([root = "", ...rest]: readonly string[]): Json | undefined {
    if (root === "input") return valueAt(this.#roots.input, rest);
    const [id = "", ...part] = rest;
    if (root === "steps") return valueAt(this.#step(id), part);
    return valueAt(this.#local(root), rest);
  }

  /** @throws {TuttiError} `WORKFLOW_INVALID` naming file, line and reference where there is no value */
  lookup(segments: readonly string[], path: Path): Json {
    const value = this.find(segments);
    if (value !== undefined) return value;
    const around = this.#nearest(segments);
    throw new TuttiError("WORKFLOW_INVALID", `${this.where(path)}: ${segments.join(".")} has no value; ${around}`, {
      hint: "Correct the reference, or ask beforehand: when: { ref: …, exists: true }",
      context: { file: this.#origin.file, reference: segments.join(".") },
    });
  }

  where(path: Path): string {
    return placeOf(this.#origin, path);
  }

  #nearest(segments: readonly string[]): string {
    const known = segments.findLastIndex((_segment, index) => this.find(segments.slice(0, index)) !== undefined);
    const name = segments.slice(0, known).join(".");
    const value = known < 1 ? undefined : this.find(segments.slice(0, known));
    if (value === undefined) return `${segments.slice(0, 2).join(".")} was not run`;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? `${name} has ${Object.keys(value).join(", ") || "no fields"}` : `${name} is ${shortText(value)}`;
  }

  #step(id: string): StepEnd | undefined {
    const outer = this.#outer;
    return this.#steps.get(id) ?? (outer === undefined ? undefined : outer.#step(id));
  }

  #local(name: string): Json | undefined {
    const { locals = {} } = this.#roots;
    const outer = this.#outer;
    return Object.hasOwn(locals, name) ? locals[name] : outer === undefined ? undefined : outer.#local(name);
  }
}

const shortText = (value: Json): string => textOf(value).replaceAll(/\s+/g, " ").slice(0, 60);

function valueAt(value: Json | undefined, segments: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const segment of segments) found = memberOf(found, segment);
  return found;
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isList(value)) return /^\d+$/.test(key) ? value[Number(key)] : key === "length" ? value.length : undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** `Array.isArray` forgets that a list may be read-only. */
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
