import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";

import { memoryOutput } from "../memory-output.fixture.ts";
import { simulateCommand } from "./simulate.ts";

it("serves until Ctrl-C, and then says nothing of agents, which it has none of", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "tutti-simulate-"));
  try {
    await writeFile(join(cwd, "scenario.yaml"), "rules: [{ turns: [{ says: Hello. }] }]\n");
    const output = memoryOutput();
    const before = process.listenerCount("SIGINT");
    const served = simulateCommand({ cwd, env: {}, output }, "scenario.yaml", {});
    await vi.waitUntil(() => process.listenerCount("SIGINT") > before, { timeout: 30_000 });
    expect(output.out()).toContain("Serving scenario.yaml at http://127.0.0.1:");
    process.listeners("SIGINT").at(-1)?.("SIGINT");
    expect(await served).toBe(0);
    expect(output.err()).toBe("");
  } finally {
    await rm(cwd, { recursive: true });
  }
});
