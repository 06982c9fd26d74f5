import fc from "fast-check";

import type { Json } from "../domain/json.ts";
import type { WorkflowCase } from "../testing/workflow/run-life.ts";
import type { WorkflowFlow } from "../workflow/flow.ts";
import { branch, eventRouter, fanOut, mapReduce, refine, saga, sequentialPipeline, supervise } from "./index.ts";

/** Patterns within patterns, down to agents. */
export type Tree =
  | { readonly pattern: "agent"; readonly isBroken: boolean }
  | { readonly pattern: "pipeline" | "fan-out"; readonly parts: readonly Tree[]; readonly concurrency: number }
  | { readonly pattern: "light"; readonly missing: readonly boolean[] }
  | { readonly pattern: "branch"; readonly chosen: number; readonly parts: readonly Tree[] }
  | { readonly pattern: "map-reduce" | "saga"; readonly parts: readonly Tree[] }
  | { readonly pattern: "event"; readonly part: Tree }
  | { readonly pattern: "supervisor"; readonly delegated: number }
  | { readonly pattern: "refine"; readonly scores: readonly number[]; readonly part: Tree };

/** With some failures, so that they are met everywhere, and not so many that little is done. */
export const trees: fc.Arbitrary<Tree> = fc.letrec<{ readonly tree: Tree; readonly root: Tree }>((tie) => {
  const parts = fc.array(tie("tree"), { minLength: 2, maxLength: 3 });
  const concurrency = fc.integer({ min: 1, max: 3 });
  const isBroken = fc.integer({ min: 0, max: 14 }).map((drawn) => drawn === 14);
  const score = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
  const missing = fc.array(isBroken, { minLength: 1, maxLength: 3 });
  const leaves = [
    fc.record({ pattern: fc.constant("agent" as const), isBroken }),
    fc.record({ pattern: fc.constant("light" as const), missing }),
  ];
  const nodes = [
    fc.record({ pattern: fc.constantFrom("pipeline" as const, "fan-out" as const), parts, concurrency }),
    fc.record({ pattern: fc.constant("branch" as const), chosen: fc.nat(3), parts }),
    fc.record({ pattern: fc.constantFrom("map-reduce" as const, "saga" as const), parts }),
    fc.record({ pattern: fc.constant("supervisor" as const), delegated: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ pattern: fc.constant("event" as const), part: tie("tree") }),
    fc.record({
      pattern: fc.constant("refine" as const),
      scores: fc.array(score, { minLength: 1, maxLength: 3 }),
      part: tie("tree"),
    }),
  ];
  return { tree: fc.oneof({ maxDepth: 3 }, ...leaves, ...nodes), root: fc.oneof(...nodes) };
}).root;

/** Carries a tree out. What a part is called says where it stands, and what agents say depends on that alone. */
export async function grow(flow: WorkflowFlow, tree: Tree, at = "t"): Promise<Json> {
  switch (tree.pattern) {
    case "agent":
      return flow.agent(tree.isBroken ? "breaker" : "worker", { title: at, prompt: `Do ${at}.` });
    case "pipeline":
      return plain(await sequentialPipeline(flow, { stages: partsOf(tree.parts, at) }));
    case "fan-out": {
      const { parts, concurrency } = tree;
      const aggregate = { agent: "worker", title: `${at} report`, prompt: "Put it together." };
      return plain(await fanOut(flow, { branches: partsOf(parts, at), failures: "some", concurrency, aggregate }));
    }
    case "light": {
      const branches = tree.missing.map((isMissing, index) => ({
        ...{ name: `${at}.${index}`, agent: "session", access: "read" as const },
        prompt: isMissing ? "missing" : "there",
      }));
      return plain(await fanOut(flow, { branches, form: "light", failures: "some" }));
    }
    case "map-reduce":
      return plain(
        await mapReduce(flow, {
          items: tree.parts,
          map: { run: (own, { item, index }) => grow(own, item, `${at}.${index}`) },
          reduce: { agent: "worker", title: `${at} reduced`, prompt: "Reduce.", fanIn: 2 },
        }),
      );
    case "saga": {
      const steps = tree.parts.map((part, index) => ({
        name: `${at}.${index}`,
        do: (own: WorkflowFlow) => grow(own, part, `${at}.${index}`),
        compensate: (own: WorkflowFlow) => own.agent("worker", { title: `undo ${at}.${index}`, prompt: "Undo." }),
      }));
      return plain(await saga(flow, { steps }));
    }
    case "supervisor": {
      const workers = { worker: "works", breaker: "breaks" };
      const goal = `Have ${tree.delegated} done for ${at}.`;
      return plain(await supervise(flow, { goal, workers, acceptance: ["It is done"], maxRounds: 3 }));
    }
    case "event": {
      const handler = (own: WorkflowFlow) => grow(own, tree.part, `${at}.0`);
      const router = eventRouter({ handlers: { "*": handler } });
      return plain(await flow.call(router, { id: at, type: "happened", source: "tree", details: {} }));
    }
    case "branch":
      return plain(await grownBranch(flow, tree, at));
    case "refine":
      return plain(
        await refine(flow, {
          produce: { run: (own, { iteration }) => grow(own, tree.part, `${at}.${iteration}`) },
          evaluate: (_result, iteration) => tree.scores[(iteration - 1) % tree.scores.length] ?? 0,
          maxIterations: 3,
        }),
      );
  }
}

function grownBranch(flow: WorkflowFlow, tree: Tree & { readonly pattern: "branch" }, at: string): Promise<unknown> {
  const labels = tree.parts.map((_, index) => `p${index}`);
  const choices = Object.fromEntries([...labels, "none"].map((label) => [label, `The part ${label}`]));
  const paths = tree.parts.map((part, index) => [
    labels[index],
    (own: WorkflowFlow) => grow(own, part, `${at}.${index}`),
  ]);
  return branch(flow, {
    decide: { agent: "judge", title: at, prompt: `Choose ${labels[tree.chosen] ?? "none"}.`, choices },
    paths: Object.fromEntries(paths),
    otherwise: async () => "nothing",
  });
}

const partsOf = (parts: readonly Tree[], at: string) =>
  parts.map((part, index) => ({
    name: `${at}.${index}`,
    run: (flow: WorkflowFlow) => grow(flow, part, `${at}.${index}`),
  }));

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

export const treeAgents: NonNullable<WorkflowCase["agents"]> = {
  worker: ({ title }) => `did ${title}`,
  breaker: () => Promise.reject(new Error("broken")),
  judge: ({ prompt }) => ({ choice: /Choose (\w+)\./.exec(prompt)?.[1] ?? "none", reason: "so" }),
  supervisor: ({ prompt }) => {
    const round = Number(/This is round (\d+)/.exec(prompt)?.[1]);
    const [, count = "0", at = ""] = /Have (\d) done for (\S+)\./.exec(prompt) ?? [];
    const delegate = ["worker", "breaker"]
      .slice(0, round === 1 ? Number(count) : 0)
      .map((worker) => ({ worker, title: `${at} ${worker}`, prompt: "Do it." }));
    const criteria = [{ id: "c1", isMet: delegate.length === 0, evidence: "looked" }];
    return { delegate, criteria, done: false, reason: "so" };
  },
  session: ({ prompt }) => {
    const parts = [...prompt.matchAll(/^## (branch-\d+).*\n\n(\w+)/gm)].map(([, key, text]) => ({ key, text }));
    const ends = parts.map(({ key, text }) => [key, text === "there" ? { answer: `saw ${key}` } : { problem: "lost" }]);
    return Object.fromEntries(ends) as Json;
  },
};
