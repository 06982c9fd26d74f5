import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("hold-write-lock.ts", import.meta.url));

/** Has another process hold a write transaction, as a person with the `sqlite3` shell might. Resolves when it has let go. */
export async function lockDatabase(path: string, forMs: number): Promise<void> {
  if (!existsSync(path)) return;
  const child = spawn(process.execPath, [program, path, String(forMs)], {
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once("error", reject);
  child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`the lock was not held: ${said}`))));
  return promise;
}
