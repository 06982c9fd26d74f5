import { readFileSync } from "node:fs";
import { relative } from "node:path";

import type { LoadedWorkflow, NamedAgent } from "../../../workflow/source.ts";
import type { DryRun } from "../../render/forecast-text.ts";

type Source = { readonly loaded: LoadedWorkflow; readonly root: string };

/**
 * The agents that a dry run came by, each with the line that names it first. What a workflow calls only on another way is not among
 * them: that fails when it comes to it.
 */
export function agentsOnTheWay({ walk, name }: DryRun, { loaded, root }: Source): readonly NamedAgent[] {
  const { file, agents } = loaded;
  // Said by the file itself: those are all.
  if (agents !== undefined) return agents;
  const profiles = new Set(walk.agents.map(({ profile }) => profile));
  if (file === undefined) return [...profiles].map((profile) => ({ name: profile, where: `workflow ${name}` }));
  const lines = readFileSync(file, "utf8").split("\n");
  return [...profiles].map((profile) => {
    const line = lines.findIndex((text) => [`"${profile}"`, `'${profile}'`].some((quoted) => text.includes(quoted)));
    const where = relative(root, file);
    return { name: profile, where: line === -1 ? where : `${where}:${line + 1}` };
  });
}
