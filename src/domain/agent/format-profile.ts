import type { AgentProfile } from "./agent-profile.ts";
import { accessOfTools } from "./tool-access.ts";

/** A profile as a file that Claude Code and Tutti read: what `tutti agents show` prints. */
export function formatProfile(profile: AgentProfile): string {
  const { name, description, tools, disallowedTools, model, effort, access, prompt } = profile;
  const fields = [
    ["name", name],
    ["description", description],
    ["tools", listValue(tools)],
    ["disallowedTools", listValue(disallowedTools)],
    ["model", model],
    ["effort", effort],
    ["access", access === accessOfTools(tools) ? undefined : access],
  ] as const;
  const lines = fields.flatMap(([field, value]) =>
    value === undefined ? [] : [`${field}: ${typeof value === "string" ? textValue(value) : value.json}`],
  );
  return `---\n${lines.join("\n")}\n---\n${prompt === "" ? "" : `\n${prompt}\n`}`;
}

/** Without quotes where nobody could take it for anything else. */
const textValue = (text: string): string =>
  /^[A-Za-z][\w ,.;()/-]*[\w.)]$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);

/** Names between commas, as people write them; anything else as JSON, which is YAML. */
function listValue(names: readonly string[] | undefined): string | { readonly json: string } | undefined {
  if (names === undefined) return undefined;
  const isPlain = names.length > 0 && names.every((name) => /^[A-Za-z]\w*$/.test(name));
  return isPlain ? names.join(", ") : { json: JSON.stringify(names) };
}
