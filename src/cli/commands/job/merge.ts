import { openProject } from "../../../compose.ts";
import type { Cli } from "../../cli.ts";

export type MergeCommandOptions = { readonly strategy: "merge" | "squash" | "ff" };

/** `tutti merge`: the one command that changes the user's branch, because they said so. */
export async function mergeCommand(cli: Cli, id: string | undefined, options: MergeCommandOptions): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env });
  try {
    const job = await project.application.job(id);
    const merged = await project.application.merge(job, { strategy: options.strategy });
    const into = project.repo.branch ?? "HEAD";
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ job: job.id, into, ...merged })}\n`);
    else
      cli.output.stdout(merged.isUpToDate ? upToDate(job.branch, into) : mergedText(job.branch, into, merged.commit));
    return 0;
  } finally {
    await project.close();
  }
}

const upToDate = (branch: string, into: string): string => `${into} already has everything of ${branch}.\n`;

const mergedText = (branch: string, into: string, commit: string): string =>
  `Merged ${branch} into ${into}: ${commit.slice(0, 12)}. Undo it with: git reset --keep ORIG_HEAD\n`;
