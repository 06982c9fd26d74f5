import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { ReplayOptions } from "../commands/replay.ts";
import { attemptNumber, examples, json } from "./options.ts";

/** Whether a changed workflow still fits what was recorded of a run. */
export function addReplayCommand(
  program: Command,
  face: { readonly cli: Cli; readonly finish: (code: number) => void },
) {
  program
    .command("replay")
    .description("go through a workflow's recorded run with the code as it is now; nothing is done")
    .argument("<job>", "its id or the beginning of it")
    .option("-w, --workflow <workflow>", "other code: a name, or the path of a .ts, .js or .yaml file")
    .option(
      "-n, --number <run>",
      "which of the runs of a workflow that was begun anew; default: the last",
      attemptNumber,
    )
    .addOption(json())
    .addHelpText(
      "after",
      examples("tutti replay review-3f2a", "tutti replay review-3f2a --workflow flows/review.ts --json"),
    )
    .action(async (job: string, options: ReplayOptions) => {
      face.finish(await (await import("../commands/replay.ts")).replayCommand(face.cli, job, options));
    });
}
