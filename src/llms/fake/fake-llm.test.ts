import { llmServerConformance, type LlmSituation, type ServedLlm } from "../../testing/llm-conformance.ts";
import type { LlmFailure } from "../port.ts";
import { fakeLlm, type FakeAnswer } from "./fake-llm.ts";

function kindOf(status: number): LlmFailure["kind"] {
  if (status === 429) return "rate-limited";
  return status >= 500 ? "unavailable" : "refused";
}

const brokenOff: FakeAnswer = { fails: { kind: "unavailable", message: "the answer broke off" } };

function answerTo(situation: LlmSituation): FakeAnswer {
  if ("breaksAfter" in situation) return brokenOff;
  if (!("status" in situation)) return situation;
  const { status, retryAfterSeconds: seconds } = situation;
  const retryAfter = seconds === undefined ? {} : { retryAfterMs: seconds * 1000 };
  return { fails: { kind: kindOf(status), message: "scripted", ...retryAfter } };
}

/** The fake has no server: it plays what one would do. */
function open(): Promise<ServedLlm> {
  let situation: LlmSituation = { says: "yes" };
  const models = ["fake", "other"];
  const adapter = fakeLlm({ models, script: () => answerTo(situation) });
  return Promise.resolve({
    adapter,
    model: "fake",
    remove: () => Promise.resolve(),
    server: {
      next: (to) => (situation = to),
      seen: () =>
        adapter.asked.map(({ system, prompt, schema }) => ({
          prompt,
          ...(system === undefined ? {} : { system }),
          ...(schema === undefined ? {} : { schema: JSON.parse(JSON.stringify(schema)) }),
        })),
      complaints: () => [],
      usage: { inputTokens: adapter.estimateTokens("Is it good?"), outputTokens: adapter.estimateTokens("fine") },
      apiKey: "none-at-all",
      stop: () => {
        models.length = 0;
        return Promise.resolve();
      },
    },
  });
}

llmServerConformance("the fake", open);
