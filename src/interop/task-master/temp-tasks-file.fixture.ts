import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const fixtureText = (name: string): string => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");

/** A project with a file of tasks in a temporary folder. */
export function tempTasksFile(content?: string) {
  const folder = mkdtempSync(join(tmpdir(), "tutti-tasks-"));
  const file = join(folder, ".taskmaster", "tasks", "tasks.json");
  if (content !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return {
    folder,
    file,
    text: () => readFileSync(file, "utf8"),
    /** Beside the file: nothing, unless somebody was killed. */
    others: () => readdirSync(dirname(file)).filter((name) => name !== "tasks.json"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type TempTasksFile = ReturnType<typeof tempTasksFile>;
