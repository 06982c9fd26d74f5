import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { TuttiError } from "../../domain/errors.ts";
import { asCommitId } from "../../domain/ids.ts";
import { ifAbsent, type Slot } from "./slot.ts";
import { writeWhole } from "./write-whole.ts";

const commitId = z.string().transform(asCommitId);

const schema = z.object({
  version: z.literal(1),
  /** The commit that the slot was last moved to. */
  base: commitId,
  /** Trees of the slot that a ref of the user's repository holds, the newest first. */
  saved: z
    .array(
      z.object({
        tree: z.string(),
        ref: z.string(),
        commit: commitId,
        /** A commit that has the same ignore rules. */
        rulesOf: commitId.exactOptional(),
      }),
    )
    .readonly(),
  /** Files copied from the user's checkout: never part of a snapshot. */
  copied: z.array(z.string()).readonly(),
  /** Globs of ignored files that belong to the work since the last move. */
  includeIgnored: z.array(z.string()).readonly(),
  /** Untracked files that setup commands made: part of the environment, not of the work. A directory ends in `/`. */
  products: z.array(z.string()).readonly(),
  /** Digest of what each setup command depended on when it last succeeded. */
  setup: z.record(z.string(), z.string()).readonly(),
});

/** What we remember about a slot, beside it, so that another process can take it over. */
export type SlotState = Readonly<z.infer<typeof schema>>;

export type SavedTree = SlotState["saved"][number];

export const emptyState = { version: 1, saved: [], copied: [], includeIgnored: [], products: [], setup: {} } as const;

/** @throws {TuttiError} `SLOT_UNKNOWN` when there is no slot, or a half-made one */
export async function readSlotState(slot: Slot): Promise<SlotState> {
  const text = await readFile(stateFile(slot), "utf8").catch(ifAbsent);
  const parsed = schema.safeParse(text === undefined ? undefined : parseJson(text));
  if (parsed.success) return parsed.data;
  throw new TuttiError("SLOT_UNKNOWN", `There is no slot at ${slot.path}`, {
    hint: "Create it; a folder that is in the way can be removed when nothing in it matters",
    context: { slotId: slot.slotId, path: slot.path },
    cause: parsed.error,
  });
}

/** Replaces the file whole, so that a crash leaves the old or the new state. */
export async function writeSlotState(slot: Slot, state: SlotState): Promise<void> {
  await writeWhole(stateFile(slot), JSON.stringify(state));
}

export async function changeSlotState(slot: Slot, change: Partial<SlotState>): Promise<SlotState> {
  const state = { ...(await readSlotState(slot)), ...change };
  await writeSlotState(slot, state);
  return state;
}

/** Paths that are never part of the work, relative to the slot. */
export function environmentPaths(state: Pick<SlotState, "copied" | "products">): readonly string[] {
  return [...state.copied, ...state.products];
}

const stateFile = (slot: Slot): string => join(slot.controlDir, "slot.json");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
