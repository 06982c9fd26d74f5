import { limitsInBranches } from "../domain/budget/part-limit.ts";
import { errorToJson, TuttiError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { NodeNote } from "../domain/workflow/node-note.ts";
import type { Flow } from "../engine/port.ts";
import type { Branch, GroupOptions, Outcome } from "./flow.ts";
import type { WorkflowHost } from "./host.ts";
import { isLostRace } from "./lost-race.ts";
import { nodeOf } from "./noted-calls.ts";
import { currentScope, runInScope, Scope } from "./scope.ts";

export type Group = Pick<NodeNote, "kind" | "name" | "pattern"> &
  Pick<GroupOptions, "names" | "concurrency"> & { readonly maxCostUsd?: number };

/** Parts of a workflow with a journal scope of their own: branches that run at once, and named parts. */
export class Groups {
  readonly #host: WorkflowHost;

  constructor(host: WorkflowHost) {
    this.#host = host;
  }

  async all<T>(group: Group, branches: readonly Branch<T>[]): Promise<T[]> {
    return [...(await this.#run(group, branches, (engine, scoped, most) => engine.all(scoped, most)))];
  }

  async race<T extends Json>(group: Group, branches: readonly Branch<T>[]): Promise<T> {
    const { value } = await this.#run(group, branches, (engine, scoped, most) => engine.race(scoped, most));
    return value;
  }

  async single<T>(group: Group, work: Branch<T>): Promise<T> {
    const [value] = await this.all(group, [async () => [await work()] as const]);
    if (value === undefined) throw new TuttiError("INTERNAL", `${group.name} came to nothing`, { failureClass: "bug" });
    return value[0];
  }

  async #run<T, End>(group: Group, branches: readonly Branch<T>[], run: Runner<T, End>): Promise<End> {
    const { kind, name, concurrency, maxCostUsd } = group;
    const scope = currentScope(`flow.${kind}`);
    // With another limit it is the same part: what was done and paid in it stays so.
    const path = scope.next(maxCostUsd === undefined ? name : "budget");
    await this.#note(scope, group);
    const around = limitsInBranches(scope.limits, Math.min(branches.length, concurrency ?? branches.length));
    const limits = maxCostUsd === undefined ? around : [...around, { path, limitUsd: maxCostUsd, sharers: 1 }];
    const scoped = branches.map((branch, index) => (flow: Flow) => {
      const place = branches.length === 1 ? path : `${path}[${index}]`;
      return runInScope(new Scope(flow, place, limits), branch);
    });
    return scope.call((engine) => run(engine, scoped, concurrency === undefined ? {} : { concurrency }));
  }

  async #note(scope: Scope, { kind, name, pattern, names }: Group): Promise<void> {
    const note = {
      ...{ kind, name, status: "running" as const },
      ...(pattern === undefined ? {} : { pattern }),
      ...(names === undefined ? {} : { branchNames: names }),
    };
    await scope.call((engine) =>
      engine.step(`${kind} ${name}`, async (step) => {
        const branchScope = `${step.scope}.${step.position + 1}`;
        await this.#host.note({ ...note, node: nodeOf(step), branchScope });
        return null;
      }),
    );
  }
}

type Runner<T, End> = (
  engine: Flow,
  branches: readonly ((flow: Flow) => Promise<T>)[],
  most: { readonly concurrency?: number },
) => Promise<End>;

/** A failure of a branch is a result; what ends the whole run, or the race that the branch is a part of, is none. */
export async function outcomeOf<T>(branch: Branch<T>, signal: AbortSignal): Promise<Outcome<T>> {
  try {
    return { status: "completed", value: await branch() };
  } catch (thrown) {
    signal.throwIfAborted();
    if (isLostRace(thrown)) throw thrown;
    return { status: "failed", error: errorToJson(TuttiError.from(thrown, "ENGINE_RUN_FAILED")) };
  }
}
