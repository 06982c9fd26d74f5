import { resolve } from "node:path";

import type { Cli } from "../cli.ts";
import { withProject } from "../with-project.ts";
import { jobList } from "./job/job-list.ts";
import { jobShow } from "./job/job-show.ts";
import { rescueList, rescueRestore } from "./job/rescue.ts";
import { taskShow } from "./task/task-show.ts";

// What only looks: opens the project without a log of its own, shows, closes.

export const jobListCommand = (cli: Cli): Promise<number> =>
  withProject(cli, ({ application }) => jobList({ application, output: cli.output }));

export const jobShowCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, ({ application }) =>
    jobShow({ application, output: cli.output, ...(id === undefined ? {} : { id }) }),
  );

export const taskShowCommand = (cli: Cli, task: string): Promise<number> =>
  withProject(cli, ({ application }) => taskShow({ application, output: cli.output, task }));

export const rescueListCommand = (cli: Cli): Promise<number> =>
  withProject(cli, ({ application }) => rescueList({ rescues: application.rescues, output: cli.output }));

export const rescueRestoreCommand = (cli: Cli, rescue: string, folder: string): Promise<number> =>
  withProject(cli, ({ application }) =>
    rescueRestore({
      rescues: application.rescues,
      output: cli.output,
      rescue,
      folder: resolve(cli.cwd, folder),
      cwd: cli.cwd,
    }),
  );
