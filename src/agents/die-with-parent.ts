import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";

export type Command = { readonly command: string; readonly args: readonly string[] };

const places = ["/usr/bin/setpriv", "/bin/setpriv"];
/** `undefined`: not looked for yet. */
let setpriv: string | false | undefined;

/**
 * Has the kernel end the process when the one that starts it dies, whatever it dies of: an agent whose holder was killed must
 * not go on alone, at the person's cost. Uses `setpriv` of util-linux; without it the command stays as it is, and what goes on
 * alone is ended by whoever recovers its slot. The process keeps its pid and its arguments.
 */
export function dieWithParent({ command, args }: Command): Command {
  // A program that isn't there has to fail as itself.
  if (!isAbsolute(command) || !existsSync(command)) return { command, args };
  setpriv ??= places.find(isUsable) ?? false;
  return setpriv === false ? { command, args } : { command: setpriv, args: ["--pdeathsig", "TERM", command, ...args] };
}

/** The one of busybox doesn't know the option. */
const isUsable = (program: string): boolean =>
  spawnSync(program, ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0;
