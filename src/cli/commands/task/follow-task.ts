import type { Project } from "../../../compose.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { Cli } from "../../cli.ts";
import { stopSignals } from "../../drive/stop-signals.ts";
import { withProject } from "../../with-project.ts";

type Following = { readonly application: Project["application"]; readonly stop: AbortSignal };

/** Shows something of a task until it ends, or the person or the reader of the output goes. @returns the exit code */
export const followTask = (cli: Cli, show: (following: Following) => Promise<number>): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const signals = stopSignals(cli, undefined, "");
    const stop = AbortSignal.any([signals.stop, cli.output.readerGone]);
    try {
      const code = await show({ application, stop });
      return signals.stop.aborted ? exitCodes.interrupted : code;
    } finally {
      signals.dispose();
    }
  });
