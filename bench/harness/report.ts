import type { PartResult } from "./part.ts";
import { tableOf } from "./table.ts";

export type Provenance = {
  readonly title: string;
  readonly command: string;
  /** Commit that was measured. */
  readonly commit: string;
  /** `2026-11-21` */
  readonly date: string;
  readonly machine: readonly string[];
  readonly durationMs: number;
};

/** One part's section in Markdown. */
export function reportOf(result: PartResult, about: Provenance): string {
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  const seconds = Math.round(about.durationMs / 1_000);
  return [
    `## ${about.title}`,
    `\`${about.command}\`, ${about.date}, commit ${about.commit}, ${seconds} s in all`,
    [...about.machine, ...(versions.length === 0 ? [] : [versions.join(", ")])].map((fact) => `- ${fact}`).join("\n"),
    ...result.groups.map(tableOf),
    ...(result.blocks ?? []),
    result.notes.map((note) => `- ${note}`).join("\n"),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}
