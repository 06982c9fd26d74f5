import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

import { scratchRepository } from "../../test/support/scratch-repository.ts";
import { openProject } from "../compose.ts";

it("lets one of two processes that start at once agree with git after a restoration, while the other waits", async () => {
  await using scratch = await scratchRepository();
  const env = { ...process.env, HOME: scratch.parent, XDG_STATE_HOME: join(scratch.parent, "state") };
  const open = (onRestored: () => void) => openProject({ cwd: scratch.root, env, onRestored });
  let told = 0;
  const first = await open(() => (told += 1));
  await first.close();
  const setAside = join(first.stateDir, "damaged", "then");
  const note = { at: 2, stateOf: 1, backup: "state.db", setAside, problems: ["p"] };
  await writeFile(join(first.stateDir, "state.db.restored.json"), JSON.stringify(note));

  const both = await Promise.all([open(() => (told += 1)), open(() => (told += 1))]);
  for (const project of both) await project.close();
  expect(told).toBe(1);
});
