import type { AgentDiagnosis } from "../port.ts";
import type { ClaudeCodeSettings } from "./options.ts";

type Need = {
  /** The first version that has it. */
  readonly since: readonly [major: number, minor: number, patch: number];
  readonly isOf: (settings: Pick<ClaudeCodeSettings, "isModelOnly">) => boolean;
  /** What an older one does instead. */
  readonly lack: string;
  readonly status: "warning" | "failed";
};

/** What we rely on that not every `claude` does which a user may have. */
const needs: readonly Need[] = [
  {
    since: [2, 1, 187],
    isOf: ({ isModelOnly }) => !isModelOnly,
    lack: "commands in the sandbox get the keys and tokens that Claude Code logs in by",
    status: "warning",
  },
  {
    since: [2, 1, 248],
    isOf: ({ isModelOnly }) => isModelOnly,
    lack: "as the supervising model it reads files that a question names by @",
    status: "failed",
  },
];

/**
 * Whether a `claude` has what it is wanted for.
 * @param printed - by `claude --version`
 * @param where - it was found
 */
export function judgeVersion(
  { printed, where }: { readonly printed: string; readonly where: string },
  settings: Pick<ClaudeCodeSettings, "isModelOnly">,
): Pick<AgentDiagnosis, "status" | "detail" | "fix"> {
  const version = versionIn(printed);
  const wanted = needs.filter(({ isOf }) => isOf(settings));
  const unmet = wanted.find(({ since }) => version === undefined || isOlder(version, since));
  if (unmet === undefined) return { status: "ok", detail: `${printed}, ${where}` };
  const since = unmet.since.join(".");
  const fix = `Take Claude Code ${since} or newer, or leave agent.executablePath out to use the one that comes with Tutti.`;
  if (version === undefined) {
    const detail = `no version in ${JSON.stringify(printed)}, ${where}; before ${since} ${unmet.lack}`;
    return { status: "warning", detail, fix };
  }
  return { status: unmet.status, detail: `${printed}, ${where}, is older than ${since}: ${unmet.lack}`, fix };
}

type Version = readonly [number, number, number];

function versionIn(printed: string): Version | undefined {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(printed);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])];
}

function isOlder(version: Version, since: Version): boolean {
  const differing = version.findIndex((part, index) => part !== since[index]);
  return differing !== -1 && (version[differing] ?? 0) < (since[differing] ?? 0);
}
