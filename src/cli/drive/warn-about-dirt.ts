import { isDirty, type Project } from "../../compose.ts";
import type { Cli } from "../cli.ts";

export async function warnAboutDirt(cli: Cli, { repo }: Pick<Project, "repo">): Promise<void> {
  if (!(await isDirty(repo))) return;
  cli.output.stderr(
    "note: your checkout has uncommitted changes; they are not part of the base that agents start from\n",
  );
}
