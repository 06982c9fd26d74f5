import { query } from "@anthropic-ai/claude-agent-sdk";

const [, , , mode, sessionId] = process.argv;

/** The session's own model starts, or resumes, the workflow by its tool. */
const options = {
  cwd: process.cwd(),
  model: "sonnet",
  permissionMode: "acceptEdits",
  allowedTools: ["Workflow"],
  ...(mode === "resume" ? { resume: sessionId } : { sessionId }),
};
async function* prompts() {
  const content = mode === "resume" ? "Please resume the workflow." : "Please start the workflow.";
  yield { type: "user", message: { role: "user", content }, parent_tool_use_id: null };
  await new Promise(() => {});
}
for await (const message of query({ prompt: prompts(), options })) {
  if (message.type !== "system" || message.subtype !== "task_notification") continue;
  // Of the run that was killed.
  if (mode === "resume" && message.status === "stopped") continue;
  process.stdout.write(JSON.stringify(message));
  process.exit(message.status === "completed" ? 0 : 1);
}
