import { randomUUID } from "node:crypto";
import type { SDKMessage, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { AgentOutcome, AgentTurn } from "../port.ts";
import { TurnGuard } from "../turn-guard.ts";
import { answers, type ClaudeStream } from "./claude-stream.ts";
import { CostWatch } from "./cost-watch.ts";
import { openCallAnswerer } from "./open-call.ts";
import { outcomeOf } from "./outcome.ts";
import { tooLongRetry } from "./turn-failure.ts";
import { TurnRecorder } from "./turn-recorder.ts";

/** One prompt, from its sending to the end of the turn, whatever ends it. */
export async function runTurn(
  stream: ClaudeStream,
  turn: AgentTurn,
  options: { readonly maxRetryWaitMs: number },
): Promise<AgentOutcome> {
  const startedAt = performance.now();
  const recorder = new TurnRecorder(stream.cwd, turn.onEvent);
  const totalsBefore = stream.totals;
  const guard = new TurnGuard(stream, turn);
  announce(stream, turn);
  const result = stream.hasEnded ? stream.unheardResult : await converse(stream, turn, { recorder, guard, ...options });
  await stream.process.endLeftovers();
  const durationMs = Math.round(performance.now() - startedAt);
  return outcomeOf({ stream, recorder, totalsBefore, result, stopped: guard.stopped, durationMs, now: Date.now() });
}

type Parts = { readonly recorder: TurnRecorder; readonly guard: TurnGuard; readonly maxRetryWaitMs: number };

/** The turn's result; `undefined` when it ended without one. */
async function converse(
  stream: ClaudeStream,
  turn: AgentTurn,
  { recorder, guard, maxRetryWaitMs }: Parts,
): Promise<SDKResultMessage | undefined> {
  const uuid = randomUUID();
  const ended = Promise.withResolvers<SDKResultMessage | undefined>();
  const cost = turn.maxCostUsd === undefined ? undefined : new CostWatch(stream, (usd) => guard.checkCost(usd));
  const onMessage = (message: SDKMessage): void => {
    guard.sawLife();
    recorder.observe(message);
    guard.hasBegun = recorder.hasBegun;
    if (message.type === "stream_event" && message.event.type === "message_stop") cost?.look();
    const retry = tooLongRetry(message, maxRetryWaitMs, Date.now());
    if (retry !== undefined) guard.stop(retry);
    if (message.type === "result" && answers(message, uuid)) ended.resolve(message);
  };
  const unlisten = stream.listen({
    onMessage,
    onEnd: () => ended.resolve(stream.unheardResult),
    onDenied: (toolUseId, tool, input) => recorder.denied(toolUseId, tool, input),
    ...(turn.onPermission === undefined ? {} : { onOpenCall: openCallAnswerer(turn.onPermission, guard) }),
  });
  guard.start();
  try {
    await cost?.begin();
    if (guard.stopped !== undefined) return undefined;
    stream.send(turn.prompt, uuid);
    return await ended.promise;
  } finally {
    guard.end();
    unlisten();
  }
}

function announce(stream: ClaudeStream, { onEvent }: AgentTurn): void {
  const { conversation: sessionId, model, process } = stream;
  onEvent({
    type: "session-started",
    sessionId,
    model,
    ...(process.identity === undefined ? {} : { pid: process.identity.pid }),
  });
}
