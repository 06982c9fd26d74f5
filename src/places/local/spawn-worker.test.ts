import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, it } from "vitest";

const fixture = fileURLToPath(new URL("spawn-worker.fixture.ts", import.meta.url));

it("leaves the terminal of its coordinator alone when it ends, and complains there", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "tutti-worker-"));
  const worker = join(folder.path, "worker.mjs");
  const begins = `import { writeFileSync } from "node:fs";\nwriteFileSync(process.argv[2], "");\n`;
  await writeFile(worker, `${begins}process.once("message", () => console.error("it complains"));\n`);
  const command = [process.execPath, fixture, worker, join(folder.path, "begun")].map((word) => `'${word}'`).join(" ");
  const { stdout } = await promisify(execFile)("script", ["-qec", command, "/dev/null"]);
  expect(stdout).toContain("it complains");
  expect(stdout).toMatch(/ -icanon\b/);
});
