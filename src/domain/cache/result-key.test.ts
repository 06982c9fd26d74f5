import fc from "fast-check";
import { expect, it } from "vitest";

import { defaultDeniedReads } from "../agent/denied-reads.ts";
import type { Json } from "../json.ts";
import { canonicalJson } from "./canonical-json.ts";
import {
  changedIngredients,
  ingredientDigests,
  ingredientNames,
  resultIngredients,
  resultKey,
  type ResultFacts,
} from "./result-key.ts";

/** Reversible, so that different texts can't meet by chance. */
const hash = (text: string): string => `<${text}>`;
const digestsOf = (facts: ResultFacts) => ingredientDigests(resultIngredients(facts), hash);
const keyOf = (facts: ResultFacts): string => resultKey(digestsOf(facts), hash);

const facts: ResultFacts = {
  spec: {
    key: "a",
    title: "A",
    prompt: "Do a.",
    agent: "coder",
    dependsOn: ["x", "y"],
    contextFiles: ["README.md", "src/a.ts"],
    expectedOutputs: ["out/a.txt", "out/b.txt"],
    priority: 5,
    acceptance: ["It is there."],
    footprint: ["out/**", "src/**"],
    gates: ["test"],
  },
  settings: {
    models: { manager: "opus", worker: "sonnet", resolver: "opus", reviewer: "opus" },
    efforts: { worker: "high" },
    gates: [
      { name: "test", run: "npm test", timeoutMs: 1, on: ["attempt", "merged"] },
      { name: "lint", run: "npm run lint", timeoutMs: 1, on: ["attempt"] },
    ],
    agent: { kind: "fake", allow: ["Bash", "Read"], sandbox: "off", settingSources: ["user", "project"] },
  },
  baseTree: "1".repeat(40),
  dependencyKeys: ["k1", "k2"],
};

const { spec, settings } = facts;
const withSpec = (change: Partial<typeof spec>): ResultFacts => ({ ...facts, spec: { ...spec, ...change } });
const withSettings = (change: Partial<typeof settings>): ResultFacts => ({
  ...facts,
  settings: { ...settings, ...change },
});
const withAgent = (change: Partial<typeof settings.agent>): ResultFacts =>
  withSettings({ agent: { ...settings.agent, ...change } });

it.each([
  ["task", withSpec({ key: "b" })],
  ["prompt", withSpec({ prompt: "Do b." })],
  ["prompt", withSpec({ acceptance: [] })],
  ["prompt", { ...facts, spec: { ...spec, resultSchema: { type: "object" } } }],
  ["prompt", { ...facts, spec: { ...spec, parent: "x" } }],
  ["prompt", withSpec({ continuesParent: true })],
  ["files", withSpec({ contextFiles: ["README.md"] })],
  ["files", withSpec({ expectedOutputs: [] })],
  ["files", withSpec({ footprint: [] })],
  ["agent", withSpec({ agent: "reviewer" })],
  ["agent", withSpec({ access: "read" })],
  ["agent", withSpec({ subagents: ["explorer"] })],
  ["agent", withSettings({ agents: { coder: { description: "Codes", prompt: "Code." } } })],
  ["model", withSpec({ escalate: ["haiku"] })],
  ["agent", withAgent({ kind: "claude-code" })],
  ["agent", withAgent({ allow: [] })],
  ["agent", withAgent({ sandbox: "required" })],
  ["agent", withAgent({ settingSources: [] })],
  ["agent", withAgent({ deniedReads: [] })],
  ["model", withSettings({ models: { ...settings.models, worker: "haiku" } })],
  ["model", withSettings({ efforts: {} })],
  ["model", withSpec({ escalate: ["sonnet", "opus"] })],
  ["model", withSettings({ escalate: ["haiku", "sonnet"] })],
  ["gates", withSpec({ gates: ["test", "lint"] })],
  ["gates", withSettings({ gates: [{ name: "test", run: "npm t", timeoutMs: 1, on: ["attempt", "merged"] }] })],
  ["base", { ...facts, baseTree: "2".repeat(40) }],
  ["dependencies", { ...facts, dependencyKeys: ["k1", "k3"] }],
  ["dependencies", { ...facts, dependencyKeys: ["k1"] }],
])("another %s is another key, and is named", (name, changed) => {
  expect(keyOf(changed)).not.toBe(keyOf(facts));
  expect(changedIngredients(digestsOf(facts), digestsOf(changed))).toEqual([name]);
});

it.each([
  ["the title", withSpec({ title: "Another" })],
  ["the priority", withSpec({ priority: 9 })],
  ["the order of dependencies", { ...withSpec({ dependsOn: ["y", "x"] }), dependencyKeys: ["k2", "k1"] }],
  ["the order of expected outputs", withSpec({ expectedOutputs: ["out/b.txt", "out/a.txt"] })],
  ["the order of allowed tools", withAgent({ allow: ["Read", "Bash"] })],
  ["the list of what no agent reads by default", withAgent({ deniedReads: defaultDeniedReads.toReversed() })],
  ["where the agent's program is", withAgent({ executablePath: "/opt/claude" })],
  ["another role's model", withSettings({ models: { ...settings.models, manager: "haiku" } })],
  ["a ladder of its one model", withSpec({ escalate: ["sonnet"] })],
  ["whose conversation it shares", withSpec({ batch: "small" })],
  ["a profile that the task doesn't name", withSettings({ agents: { poet: { prompt: "Rhyme." } } })],
  ["a gate that the task doesn't use", withSettings({ gates: settings.gates.slice(0, 1) })],
  ["a gate's time limit", withSettings({ gates: settings.gates.map((gate) => ({ ...gate, timeoutMs: 2 })) })],
])("%s does not matter", (_what, changed) => {
  expect(keyOf(changed)).toBe(keyOf(facts));
});

it("misses no ingredient in the key", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ingredientNames), fc.string(), (name, text) => {
      const digests = digestsOf(facts);
      const changed = { ...digests, [name]: `${digests[name]}${text}!` };
      expect(resultKey(changed, hash)).not.toBe(resultKey(digests, hash));
      expect(changedIngredients(digests, changed)).toEqual([name]);
    }),
  );
});

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, item === undefined ? null : shuffled(item)]),
  );
}

it("writes equal values as equal text, whatever the order of their keys, and loses nothing", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(value);
    }),
  );
});
