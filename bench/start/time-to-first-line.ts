import { execa } from "execa";
import type { BenchRepository } from "../agents/bench-repository.ts";

/**
 * Milliseconds from the start of a process to its first whole line on standard output. Waits for the end of the process.
 * @throws {Error} when the process fails
 */
export async function timeToFirstLine(
  [program = "", ...args]: readonly string[],
  { root, agentEnv }: BenchRepository,
): Promise<number> {
  const startedAt = performance.now();
  const child = execa(program, args, { cwd: root, env: agentEnv, extendEnv: false, stdin: "ignore" });
  let firstLineMs: number | undefined;
  for await (const line of child) if (line !== "") firstLineMs ??= performance.now() - startedAt;
  if (firstLineMs === undefined) throw new Error(`${program} ${args.join(" ")} printed nothing`);
  return firstLineMs;
}
