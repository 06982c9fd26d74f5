import { mkdir } from "node:fs/promises";
import { TuttiError } from "../domain/errors.ts";

/** @throws {TuttiError} `STATE_UNAVAILABLE` */
export async function makeStateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new TuttiError("STATE_UNAVAILABLE", `The state folder ${path} can't be made`, {
      hint: "See whether its disk is full or may only be read, or name another place: workspace.stateDir",
      context: { path },
      cause,
    });
  }
}
