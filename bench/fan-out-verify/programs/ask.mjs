import { query } from "@anthropic-ai/claude-agent-sdk";

/** One agent: a Claude Code of its own that answers with text. */
export async function ask(prompt) {
  const options = { cwd: process.cwd(), model: "sonnet", permissionMode: "default" };
  for await (const message of query({ prompt, options })) {
    if (message.type !== "result") continue;
    if (message.is_error) throw new Error(`the agent failed: ${message.subtype}`);
    return message.result;
  }
  throw new Error("the agent said nothing");
}
