import { isAbsolute, relative } from "node:path";

const longest = 120;

/** The input that says best what a call does, by tool. */
const tellingInputs: Readonly<Record<string, readonly string[]>> = {
  Bash: ["command"],
  Task: ["description"],
  Agent: ["description"],
  Grep: ["pattern"],
  Glob: ["pattern"],
};

const commonInputs = [
  "file_path",
  "notebook_path",
  "path",
  "url",
  "query",
  "command",
  "description",
  "pattern",
  "skill",
  "host",
];

const shorten = (text: string): string => {
  const line = text.trim().split("\n")[0] ?? "";
  const isWhole = line === text.trim() && line.length <= longest;
  return isWhole ? line : `${line.slice(0, longest - 1)}…`;
};

function inside(cwd: string, value: string): string {
  if (!isAbsolute(value)) return value;
  const path = relative(cwd, value);
  return path.startsWith("..") || path === "" ? value : path;
}

/** One line for a person: `Edit src/a.ts`, `Bash npm test`. */
export function toolSummary(tool: string, input: unknown, cwd: string): string {
  if (typeof input !== "object" || input === null) return tool;
  const names = tellingInputs[tool] ?? commonInputs;
  const value = names.map((name): unknown => Reflect.get(input, name)).find((each) => typeof each === "string");
  return typeof value === "string" ? `${tool} ${shorten(inside(cwd, value))}` : tool;
}
