/** The program of a fake agent's process: plays prompts from stdin and tells what it does on stdout. */
import { createInterface } from "node:readline";
import type { JsonObject } from "../../domain/json.ts";
import type { AgentEvent } from "../port.ts";
import { FakePlayer } from "./fake-player.ts";
import { FakeInput, FakeStart, type FakeOutput } from "./fake-protocol.ts";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const start = await lines.next();
const player = new FakePlayer(FakeStart.parse(JSON.parse(String(start.value))));
let turn = new AbortController();

const tell = (output: FakeOutput): void => {
  process.stdout.write(`${JSON.stringify(output)}\n`);
};

let answered = Promise.withResolvers<boolean>();

function ask(tool: string, input: JsonObject): Promise<boolean> {
  answered = Promise.withResolvers<boolean>();
  turn.signal.addEventListener("abort", () => answered.reject(turn.signal.reason), { once: true });
  tell({ type: "permission", tool, input });
  return answered.promise;
}

async function play(prompt: string): Promise<void> {
  turn = new AbortController();
  const { signal } = turn;
  const tellEvent = (event: AgentEvent): void => tell({ type: "event", event });
  try {
    tell({ type: "end", end: await player.play(prompt, { tell: tellEvent, signal, ask }) });
  } catch (error) {
    if (!signal.aborted) throw error;
    tell({ type: "end", end: { text: "", usage: {}, failure: { class: "killed", message: "Interrupted." } } });
  }
}

tell({ type: "ready", sessionId: player.sessionId });

for await (const line of lines) {
  const input = FakeInput.parse(JSON.parse(line));
  if (input.type === "interrupt") turn.abort();
  else if (input.type === "prompt") void play(input.prompt);
  else if (input.type === "permission") answered.resolve(input.isAllowed);
  else {
    player.clear();
    tell({ type: "cleared", sessionId: player.sessionId });
  }
}

// Whoever held us is gone.
process.exit(0);
