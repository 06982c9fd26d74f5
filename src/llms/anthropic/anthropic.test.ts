import { fakeAnthropic } from "../../../test/support/fake-anthropic.ts";
import { llmServerConformance } from "../../testing/llm-conformance.ts";
import { anthropic } from "./anthropic.ts";

llmServerConformance("Anthropic", async () => {
  const server = await fakeAnthropic(["claude-judge-1-20260101", "claude-judge-1"]);
  const adapter = anthropic({ model: "claude-judge-1", baseUrl: server.url, apiKey: server.apiKey });
  return { adapter, model: "claude-judge-1", server, remove: server.stop };
});
