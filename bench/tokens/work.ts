/** What one way of working is given: a plan, and what the scripted model does about each task. */
export type Way = {
  readonly name: string;
  readonly tasks: readonly Fields[];
  readonly rules: readonly Fields[];
  /** Lines for the settings file. */
  readonly settings?: readonly string[];
};

type Fields = Readonly<Record<string, unknown>>;

/** A way in which tasks get their conversations. */
export type Sharing = "alone" | "batch" | "forked";

/** About 6,000 tokens, as Claude Code shows a file: with its line numbers. */
const guide = "Every function has a test, and every test a sentence for a name.\n".repeat(300);

const keysOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `t${String(index).padStart(2, "0")}`);

const task = (key: string, fields: Fields): Fields => ({
  key,
  title: `Write ${key}`,
  prompt: `Write out/${key}.txt as guide.md says.`,
  expectedOutputs: [`out/${key}.txt`],
  ...fields,
});

const rule = (key: string, turns: readonly Fields[], match: Fields = {}): Fields => ({
  match: { role: "worker", task: key, ...match },
  turns,
});

const finish = (key: string): readonly Fields[] => [
  { writes: { [`out/${key}.txt`]: `${key}\n` } },
  { says: `Wrote out/${key}.txt as the guide says, and looked at it once more.` },
];

/** Which conversation a task is told to go on from. The first one's is what the others have in front of them. */
const sharingOf = (sharing: Sharing, [first]: readonly string[], key: string): Fields => {
  if (sharing === "batch") return { batch: "all" };
  return sharing === "forked" && key !== first ? { parent: first, continuesParent: true } : {};
};

/** What tasks have to look at: a file that all need, nothing, or each another one, in several steps. */
export type Looking = "at-the-same" | "at-nothing" | "each-elsewhere";

export function sharedWork(sharing: Sharing, count: number, looking: Looking): Pick<Way, "tasks" | "rules"> {
  const keys = keysOf(count);
  return {
    tasks: keys.map((key) => task(key, sharingOf(sharing, keys, key))),
    rules: keys.map((key) =>
      rule(key, [...looks(sharing, looking, { key, isFirst: key === keys[0] }), ...finish(key)]),
    ),
  };
}

/** A model that has a file in front of it doesn't read it again. */
function looks(
  sharing: Sharing,
  looking: Looking,
  { key, isFirst }: { key: string; isFirst: boolean },
): readonly Fields[] {
  if (looking === "at-nothing") return [];
  if (looking === "at-the-same") return sharing === "alone" || isFirst ? [{ reads: ["guide.md"] }] : [];
  const steps = Array.from({ length: 3 }, (_, step) => ({ writes: { [`out/${key}.${step}.txt`]: `${step}\n` } }));
  return [{ reads: [`guides/${key}.md`] }, ...steps];
}

/** Files of the scratch project: the guide for all, and one for each task. */
export const guides = (count: number): Readonly<Record<string, string>> => ({
  "guide.md": guide,
  ...Object.fromEntries(keysOf(count).map((key) => [`guides/${key}.md`, guide])),
});

/**
 * Tasks of which the first few are too hard for the cheap model: its work fails the gate.
 * @param ladder - as for `escalate`
 */
export function ladderWork(ladder: readonly string[], count: number, hard: number): Omit<Way, "name"> {
  const keys = keysOf(count);
  const [cheap = ""] = ladder;
  const wrong = (key: string): readonly Fields[] => [
    { reads: ["guide.md"] },
    { writes: { [`out/${key}.txt`]: "wrong\n" } },
    { says: "Done." },
  ];
  const tooHard = ladder.length > 1 ? keys.slice(0, hard) : [];
  return {
    tasks: keys.map((key) => task(key, { escalate: ladder })),
    rules: [
      ...tooHard.map((key) => rule(key, wrong(key), { model: cheap, attempt: 1 })),
      ...tooHard.map((key) => rule(key, finish(key), { attempt: 2 })),
      ...keys.map((key) => rule(key, [{ reads: ["guide.md"] }, ...finish(key)])),
    ],
    settings: ['gates: [{ name: right, run: "! grep -rqs wrong out" }]'],
  };
}
