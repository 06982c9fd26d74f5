import type { AskedCall } from "../domain/workflow/replay-report.ts";

const bare = new Set(["all all", "all map", "pipeline pipeline", "race race"]);

/** What the author of a workflow wrote where the engine sees a call: `step "agent reviewer"` is `flow.agent("reviewer")`. */
export function labelOfCall({ kind, name }: Pick<AskedCall, "kind" | "name">): string {
  if (kind === "receive") return name.startsWith("approval ") ? "flow.approve" : `flow.receive("${name}")`;
  if (kind !== "step") return `flow.${kind}`;
  if (name === "withdraw the question") return "flow.approve";
  const [call = "", ...rest] = name.split(" ");
  if (call === "sleep" || rest.length === 0) return `flow.${call}`;
  if (bare.has(name)) return `flow.${name === "all map" ? "map" : call}`;
  return `flow.${call}("${rest.join(" ")}")`;
}
