import { changeTasksFile } from "./open-tasks-file.ts";
import { withTag } from "./tasks-file.ts";

// A process to be killed: `hold` takes the lock and never gives it back, `write` changes the file without an end.
const [mode, path = ""] = process.argv.slice(2);

function holdForEver(): never {
  process.stdout.write("holding\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("nobody wakes this process");
}

async function writeForEver(): Promise<never> {
  for (let count = 1; ; count += 1) {
    await changeTasksFile(path, (file) => {
      const tag = file.tags.get("master") ?? { tasks: [] };
      return { file: withTag(file, "master", { ...tag, metadata: { count } }), result: undefined };
    });
    if (count === 1) process.stdout.write("writing\n");
  }
}

if (mode === "hold") await changeTasksFile(path, holdForEver);
else await writeForEver();
