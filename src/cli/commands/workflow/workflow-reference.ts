import { relative, resolve } from "node:path";

import type { Project } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import type { WorkflowSource } from "../../../workflow/source.ts";

/**
 * What names a workflow for good: paths as they are seen from the project's root, so that a resume from another folder, or of a
 * project that was moved, finds the same file.
 */
export function referenceFrom(cwd: string, root: string, written: string): string {
  const [path = "", ...name] = written.split("#");
  if (!/[/\\]|\.(ts|mts|js|mjs|yaml|yml)$/.test(path)) return written;
  const absolute = resolve(cwd, path);
  const inside = relative(root, absolute);
  const known = inside.startsWith("..") ? absolute : `./${inside}`;
  return [known, ...name].join("#");
}

export function workflowsOf({ services }: Pick<Project, "services">): WorkflowSource {
  if (services.workflows !== undefined) return services.workflows;
  throw new TuttiError("INTERNAL", "This process knows no workflows", { failureClass: "bug" });
}
