import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { parse } from "yaml";
import { z } from "zod";

const paths = z.record(z.string(), z.string());

/** What an agent was asked for, what it did and said, and what a careful person would say to that. */
const outcomeSchema = z.strictObject({
  name: z.string().min(1),
  label: z.enum(["good", "bad"]),
  kind: z.string().min(1),
  /** Why a person would accept it, or not. */
  why: z.string().min(1),
  task: z.strictObject({
    title: z.string(),
    prompt: z.string(),
    expectedOutputs: z.array(z.string()).default([]),
    footprint: z.array(z.string()).optional(),
    acceptance: z.array(z.string()).default([]),
    contextFiles: z.array(z.string()).default([]),
  }),
  /** The repository as the attempt finds it. */
  before: paths,
  change: z
    .strictObject({
      write: paths.optional(),
      delete: z.array(z.string()).optional(),
      /** Octal: `"755"`. */
      chmod: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      symlink: paths.optional(),
    })
    .default({}),
  /** The agent's last words. */
  says: z.string(),
  isTruncated: z.boolean().default(false),
  resultSchema: z.record(z.string(), z.json()).optional(),
  result: z.json().optional(),
  gates: z.array(z.strictObject({ name: z.string(), run: z.string() })).default([]),
});

export type LabelledOutcome = z.output<typeof outcomeSchema>;

/** @returns `undefined` when there is no such folder */
export async function readOutcomes(folder: string): Promise<readonly LabelledOutcome[] | undefined> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  const files = names?.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (files === undefined || files.length === 0) return undefined;
  const lists = await Promise.all(
    files.map(async (name) => {
      const list = z.array(outcomeSchema).safeParse(parse(whole(await readFile(join(folder, name), "utf8"))));
      if (list.success) return list.data;
      throw new Error(`${join(folder, name)}: ${z.prettifyError(list.error)}`);
    }),
  );
  return lists.flat();
}

/** Invented secrets are written with a mark in their middle, so that nobody who looks for real ones finds them here. */
const whole = (text: string): string => text.replaceAll(/(?<=[\w.-])~~(?=[\w.-])/g, "");
