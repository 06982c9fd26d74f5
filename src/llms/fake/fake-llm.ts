import { setTimeout as delay } from "node:timers/promises";

import { TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import { answerRequest, NoReply, type Reply } from "../answer-request.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { LlmAdapter, LlmFailure, LlmRequest } from "../port.ts";

/** What a scripted model does with a question. */
export type FakeAnswer =
  | { readonly says: Json }
  | { readonly fails: LlmFailure }
  /** Never answers. */
  | { readonly hangs: true }
  /** Stops at the token limit after these words. */
  | { readonly cutAfter: string };

export type FakeLlmOptions = {
  /** Default: one, `fake`. Without any it is as if nobody listened. */
  readonly models?: readonly string[];
  /** Asked once for each question. */
  readonly script: (request: LlmRequest) => FakeAnswer;
};

/** A language model for tests: it plays a script, without a network. */
export function fakeLlm({
  models = ["fake"],
  script,
}: FakeLlmOptions): LlmAdapter & { readonly asked: readonly LlmRequest[] } {
  const asked: LlmRequest[] = [];
  const missing = (model: string): string => `there is no model "${model}"; there is ${models.join(", ") || "none"}`;
  return {
    specVersion: 1,
    id: "fake",
    asked,
    estimateTokens,
    doGenerate: (request) =>
      answerRequest({
        request,
        explain: (thrown) => ({ kind: "unavailable", message: String(thrown) }),
        ask: async (signal) => {
          asked.push(request);
          if (models.length === 0) throw new NoReply(nobody);
          if (!models.includes(request.model)) throw new NoReply({ kind: "refused", message: missing(request.model) });
          return play(script(request), request, signal);
        },
      }),
    doCheckHealth: () =>
      Promise.resolve(
        models.length > 0
          ? { isHealthy: true, detail: models.join(", ") }
          : { isHealthy: false, detail: "there is no model", fix: "Give it one" },
      ),
    doListModels: () =>
      models.length > 0
        ? Promise.resolve(models)
        : Promise.reject(new TuttiError("LLM_UNAVAILABLE", "There is no model", { failureClass: "transient" })),
    doClose: () => Promise.resolve(),
  };
}

const nobody: LlmFailure = { kind: "unavailable", message: "there is no model", hint: "Give it one" };

const longMs = 2 ** 30;

async function play(answer: FakeAnswer, { prompt, model, onText }: LlmRequest, signal: AbortSignal): Promise<Reply> {
  if ("fails" in answer) throw new NoReply(answer.fails);
  if ("hangs" in answer) await delay(longMs, undefined, { signal });
  const text = wordsOf(answer);
  onText?.(text);
  const usage = { inputTokens: estimateTokens(prompt), outputTokens: estimateTokens(text) };
  return { text, usage, model, isCut: "cutAfter" in answer };
}

function wordsOf(answer: FakeAnswer): string {
  if ("cutAfter" in answer) return answer.cutAfter;
  if (!("says" in answer)) return "";
  return typeof answer.says === "string" ? answer.says : JSON.stringify(answer.says);
}
