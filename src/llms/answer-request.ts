import type { LlmAnswer, LlmFailure, LlmRequest, LlmUsage } from "./port.ts";
import { checkAnswer, schemaProblem } from "./structured-answer.ts";

/** What a server has sent. */
export type Reply = {
  readonly text: string;
  readonly usage: LlmUsage;
  readonly model: string;
  /** The model stopped at `maxOutputTokens`. */
  readonly isCut: boolean;
  /** The model's own words for not answering. */
  readonly refusal?: string;
};

/** For `ask` to throw: there is no answer, and what was used all the same. */
export class NoReply extends Error {
  readonly failure: LlmFailure;
  readonly usage: LlmUsage | undefined;

  constructor(failure: LlmFailure, usage?: LlmUsage) {
    super(failure.message);
    this.name = "NoReply";
    this.failure = failure;
    this.usage = usage;
  }
}

export type Exchange = {
  readonly request: LlmRequest;
  /** Asks; throws whatever its client throws. The signal aborts for the caller or for the time limit. */
  readonly ask: (signal: AbortSignal) => Promise<Reply>;
  /** Makes a failure of what else `ask` has thrown. */
  readonly explain: (thrown: unknown) => LlmFailure | Promise<LlmFailure>;
};

/** One question within its time, and its answer checked: the part that all adapters have in common. Never throws. */
export async function answerRequest(exchange: Exchange): Promise<LlmAnswer> {
  const begin = performance.now();
  const answer = await outcomeOf(exchange);
  return { ...answer, durationMs: Math.round(performance.now() - begin) };
}

/** Without its duration. */
type Outcome =
  | Omit<Extract<LlmAnswer, { status: "answered" }>, "durationMs">
  | Omit<Extract<LlmAnswer, { status: "failed" }>, "durationMs">;

async function outcomeOf({ request, ask, explain }: Exchange): Promise<Outcome> {
  const problem = request.schema === undefined ? undefined : schemaProblem(request.schema);
  if (problem !== undefined) return failed({ kind: "refused", message: `answers can't be checked: ${problem}` });
  const late = AbortSignal.timeout(request.timeoutMs);
  try {
    request.signal.throwIfAborted();
    return judge(request, await ask(AbortSignal.any([request.signal, late])));
  } catch (thrown) {
    const { failure, usage } = thrown instanceof NoReply ? thrown : {};
    if (request.signal.aborted) return failed({ kind: "aborted", message: "the question was withdrawn" }, usage);
    if (late.aborted) return failed(lateFailure(request.timeoutMs), usage);
    return failed(failure ?? (await explain(thrown)), usage);
  }
}

const lateFailure = (timeoutMs: number): LlmFailure => ({
  kind: "unavailable",
  message: `no answer within ${timeoutMs / 1000} s`,
  hint: "Raise supervisor.timeoutMs, or choose a smaller model",
});

function judge({ schema, maxOutputTokens }: LlmRequest, reply: Reply): Outcome {
  const { text, usage, model } = reply;
  if (reply.refusal !== undefined) {
    return failed({ kind: "malformed", message: `the model would not answer: ${reply.refusal}` }, usage);
  }
  if (reply.isCut) {
    const message = `the answer was cut at ${maxOutputTokens} tokens`;
    return failed({ kind: "truncated", message, hint: "Raise supervisor.maxOutputTokens" }, usage);
  }
  if (schema === undefined) return { status: "answered", text, usage, model };
  const checked = checkAnswer(text, schema);
  if ("problem" in checked) return failed({ kind: "malformed", message: checked.problem }, usage);
  return { status: "answered", text, value: checked.value, usage, model };
}

const failed = (failure: LlmFailure, usage?: LlmUsage): Outcome => ({
  status: "failed",
  failure,
  ...(usage === undefined ? {} : { usage }),
});
