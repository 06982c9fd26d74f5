import type { Project } from "../compose.ts";
import type { Cli } from "./cli.ts";

export function warnAboutDirt(cli: Cli, { repo }: Pick<Project, "repo">): void {
  if (!repo.isDirty) return;
  cli.output.stderr(
    "note: your checkout has uncommitted changes; they are not part of the base that agents start from\n",
  );
}
