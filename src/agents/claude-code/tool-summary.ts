import { isAbsolute, relative } from "node:path";

const longest = 120;
const leastShown = 20;

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

/** Ends with a whole word where that leaves enough: half of a secret would be recognized by nobody. */
function beginningOf(line: string): string {
  if (line.length < longest) return line;
  const beginning = line.slice(0, longest - 1);
  const wordAt = beginning.search(/\S+$/);
  return wordAt >= leastShown ? beginning.slice(0, wordAt) : beginning;
}

const shorten = (text: string): string => {
  const line = text.trim().split("\n")[0] ?? "";
  const isWhole = line === text.trim() && line.length <= longest;
  return isWhole ? line : `${beginningOf(line)}…`;
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
