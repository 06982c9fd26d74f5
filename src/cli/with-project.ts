import { openProject, type Project } from "../compose.ts";
import type { Cli } from "./cli.ts";

/** Opens the project of the folder for one command, and closes it whatever happens. */
export async function withProject<Result>(cli: Cli, act: (project: Project) => Promise<Result>): Promise<Result> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env, isLogged: false });
  try {
    return await act(project);
  } finally {
    await project.close();
  }
}
