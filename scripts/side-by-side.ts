/** `node scripts/side-by-side.ts <npm script>...`: carries them out at once, tells of each when it has ended, and fails if one does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

async function carryOut(script: string): Promise<boolean> {
  const child = spawn("npm", ["run", "-s", script], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr), once(child, "close")]);
  process.stdout.write(out);
  process.stderr.write(err);
  if (child.exitCode !== 0) process.stderr.write(`${script} failed\n`);
  return child.exitCode === 0;
}

const haveSucceeded = await Promise.all(process.argv.slice(2).map(carryOut));
process.exitCode = haveSucceeded.every(Boolean) ? 0 : 1;
