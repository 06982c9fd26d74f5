import { stringify } from "yaml";

import { parseScenario, startSimulator } from "../../../src/simulator/index.ts";

export const plannedTasks = [
  { key: "c", title: "Add c", prompt: "Add c to the list.", priority: 9, expectedOutputs: ["out/c.txt"] },
  { key: "d", title: "Add d", prompt: "Add d to the list.", priority: 9, expectedOutputs: ["out/d.txt"] },
  { key: "b", title: "Write b", prompt: "Write b, which is never right at first.", expectedOutputs: ["out/b.txt"] },
  { key: "e", title: "Write e", prompt: "Write e.", dependsOn: ["c", "d"], expectedOutputs: ["out/e.txt"] },
] as const;

const plan = { summary: "Four files.", tasks: plannedTasks };
const review = { verdict: "reached", summary: "All there.", findings: [], nextSteps: [] };

/** A file with a name of its own, noted elsewhere as soon as it is there: it must never get lost. */
export const markCommand = (written: string): string =>
  `id=$(cat /proc/sys/kernel/random/uuid); mkdir -p notes && echo $id > notes/$id && echo $id >> ${written}`;
/** Safe to repeat, and in conflict with what another task adds to the same place. */
export const addLine = (line: string): string => `grep -qx ${line} list.txt || echo ${line} >> list.txt`;
export const dropMarkers = "sed -i '/^<<<<<<<\\|^|||||||\\|^=======\\|^>>>>>>>/d' list.txt";

type Work = {
  readonly key: string;
  readonly attempt?: number;
  readonly content: string;
  readonly runs: readonly string[];
};

const workOf = (written: string): readonly Work[] => {
  const mark = markCommand(written);
  return [
    { key: "c", content: "c", runs: [mark, addLine("c")] },
    { key: "d", content: "d", runs: [mark, addLine("d")] },
    { key: "b", attempt: 1, content: "bad", runs: [mark] },
    { key: "b", attempt: 2, content: "good", runs: [mark] },
    { key: "e", content: "e", runs: [mark] },
  ];
};

/** Long enough that what starts together overlaps, and that a kill finds an agent at work. */
const thinkingMs = 250;

/** For the fake agent. */
export function fakeScript(written: string, requestLog: string): unknown {
  const answers: Record<string, unknown[]> = {};
  for (const { key, content, runs } of workOf(written)) {
    const work = { run: runs, write: { [`out/${key}.txt`]: `${content}\n` }, text: `Wrote ${key}.` };
    (answers[key] ??= []).push({ delayMs: thinkingMs, ...work, again: work });
  }
  const resolve = { run: [markCommand(written), dropMarkers], text: "Kept both." };
  return {
    requestLog,
    answers: {
      ...answers,
      "manager:*": { result: plan },
      "resolver:*": { delayMs: thinkingMs, ...resolve, again: resolve },
      "reviewer:*": { result: review },
    },
  };
}

export type RealModel = {
  readonly url: string;
  readonly requests: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** The same script for the model behind a real agent. */
export async function realModel(written: string): Promise<RealModel> {
  const rules = [
    { match: { role: "manager" }, turns: [{ structured: plan }] },
    ...workOf(written).map(({ key, attempt, content, runs }) => ({
      match: { role: "worker", task: key, ...(attempt === undefined ? {} : { attempt }) },
      turns: [
        { runs, delayMs: thinkingMs },
        { writes: { [`out/${key}.txt`]: `${content}\n` } },
        { says: `Wrote ${key}.` },
      ],
    })),
    { match: { role: "resolver" }, turns: [{ runs: [markCommand(written), dropMarkers] }, { says: "Kept both." }] },
    { match: { role: "reviewer" }, turns: [{ structured: review }] },
  ];
  const simulator = await startSimulator({ scenario: parseScenario(stringify({ rules }), "crash.yaml") });
  return {
    url: simulator.url,
    requests: () =>
      simulator.requests
        .filter(({ kind }) => kind === "turn" || kind === "unmatched")
        .map(({ role, task, attempt, turn }) => `${role ?? "?"}/${task ?? ""}#${attempt ?? 1} turn ${turn ?? "?"}`),
    close: simulator.close,
  };
}
