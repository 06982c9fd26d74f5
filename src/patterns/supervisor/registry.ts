import { bySize } from "../../domain/prompt/estimate-tokens.ts";
import { packParts } from "../../domain/prompt/pack-parts.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import { dataBlock, dataNotice } from "../../domain/workflow/forward.ts";
import type { Delegation } from "./supervise-options.ts";

/** What the supervisor wants done. */
export type Wanted = {
  readonly worker: string;
  readonly title: string;
  readonly prompt: string;
  readonly access?: "read" | "edit" | undefined;
};

export type Refusal = { readonly wanted: Wanted; readonly why: string };

export type Accepted = { readonly accepted: readonly Wanted[]; readonly refused: readonly Refusal[] };

/** Two are the same when one worker is asked the same, or anybody for something of the same title, blanks and case aside. */
const plain = (words: string): string =>
  words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/**
 * Sorts out what can't be delegated: to nobody who is there, and what is under way or done already. What failed may be asked for
 * again.
 */
export function sortOut(
  wanted: readonly Wanted[],
  { registry, workers }: { readonly registry: readonly Delegation[]; readonly workers: readonly string[] },
): Accepted {
  const accepted: Wanted[] = [];
  const refused: Refusal[] = [];
  const known = registry.filter(({ status }) => status === "completed");
  for (const one of wanted) {
    const why = unknownWorker(one, workers) ?? duplicateOf(one, [...known, ...accepted]);
    if (why === undefined) accepted.push(one);
    else refused.push({ wanted: one, why });
  }
  return { accepted, refused };
}

function unknownWorker({ worker }: Wanted, workers: readonly string[]): string | undefined {
  if (workers.includes(worker)) return undefined;
  const nearest = nearestName(worker, workers);
  return `there is no worker ${worker}${nearest === undefined ? "" : `; did you mean ${nearest}?`} There are: ${workers.join(", ")}`;
}

function duplicateOf(one: Wanted, others: readonly (Wanted | Delegation)[]): string | undefined {
  const same = others.find(
    (other) =>
      plain(other.title) === plain(one.title) ||
      (other.worker === one.worker && plain(other.prompt) === plain(one.prompt)),
  );
  if (same === undefined) return undefined;
  const which =
    "id" in same ? `is ${same.id} of round ${same.round}, which is ${same.status}` : "is in this round already";
  return `it ${which}. If it has to be done again, say in title and prompt what is different now`;
}

/**
 * The registry for a prompt, within a number of tokens: the newest is kept first, and what was shortened or left out is named.
 */
export function registryText(registry: readonly Delegation[], maxTokens: number): string {
  if (registry.length === 0) return "Nothing has been delegated yet.";
  const parts = registry.map((entry, index) => ({ name: entry.id, priority: index, text: entryText(entry) }));
  const packed = packParts(parts, { maxTokens, count: bySize.count });
  const named = (status: "shortened" | "dropped"): readonly string[] =>
    packed.filter((part) => part.status === status).map(({ name }) => name);
  const [shortened, dropped] = [named("shortened"), named("dropped")];
  const left = registry.filter(({ id }) => dropped.includes(id));
  const lines = [
    ...(left.length > shownDropped ? [`- and ${left.length - shownDropped} older ones`] : []),
    ...left.slice(-shownDropped).map(shortLine),
  ];
  return [
    `What has been delegated so far; everything of it has ended. ${dataNotice}`,
    ...packed.flatMap(({ text }) => (text === "" ? [] : [dataBlock("registry", text)])),
    ...(shortened.length === 0 ? [] : [`Shortened for lack of room: ${shortened.join(", ")}.`]),
    ...(lines.length === 0 ? [] : [`Without what came of it, for lack of room:\n${lines.join("\n")}`]),
  ].join("\n\n");
}

const shownDropped = 30;

const shortLine = ({ id, worker, title, status }: Delegation): string => `- ${id} ${worker}: ${title} (${status})`;

const entryText = (entry: Delegation): string =>
  `${shortLine(entry)}, round ${entry.round}\nasked: ${entry.prompt}\ncame to: ${entry.summary}`;
