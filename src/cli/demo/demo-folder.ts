import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Everything that a demo writes, anywhere. */
export type DemoFolder = {
  /** Absolute; all the rest is below it. */
  readonly root: string;
  /** The throw-away project. */
  readonly project: string;
  /** Stands in for the user's home, so that theirs is never touched. */
  readonly home: string;
  readonly remove: () => Promise<void>;
};

const assets = join(dirname(fileURLToPath(import.meta.resolve("tutti/package.json"))), "assets/demo");

/** Absolute path of the script that the demo's models follow. */
export const demoScenario: string = join(assets, "scenario.yaml");

/** Makes a temporary folder with a copy of the demo's project, not yet a repository. */
export async function makeDemoFolder(): Promise<DemoFolder> {
  const root = await mkdtemp(join(await realpath(tmpdir()), "tutti-demo-"));
  const [project, home] = [join(root, "spendings"), join(root, "home")];
  await Promise.all([mkdir(home), mkdir(join(root, "tmp"))]);
  await cp(join(assets, "repository"), project, { recursive: true });
  // An agent that was just ended may still be writing its last line.
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  return { root, project, home, remove };
}
