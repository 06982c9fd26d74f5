/** Where git reads its configuration from: the one thing that we take over from the caller's GIT_* variables. */
const kept = /^GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)$|^GIT_EXEC_PATH$/;

/**
 * The environment of every git that we start: no GIT_DIR, GIT_INDEX_FILE or GIT_PREFIX of a surrounding hook, no questions,
 * English messages, no locks for what only reads.
 */
export function gitEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || (name.startsWith("GIT_") && !kept.test(name))) continue;
    env[name] = value;
  }
  return { ...env, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C", ...extra };
}

/**
 * Settings that hold for every git that we start, whatever the user or an agent has configured: nothing runs beside the
 * command, nothing collects garbage, nothing asks for a key.
 */
export const fixedArguments: readonly string[] = [
  "gc.auto=0",
  "maintenance.auto=false",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.splitIndex=false",
  "core.untrackedCache=false",
  "core.sparseCheckout=false",
  "core.quotePath=false",
  "core.preloadIndex=true",
  "commit.gpgSign=false",
  "protocol.version=2",
  "protocol.file.allow=always",
  "fetch.recurseSubmodules=false",
  "submodule.recurse=false",
  "diff.ignoreSubmodules=dirty",
].flatMap((setting) => ["-c", setting]);
