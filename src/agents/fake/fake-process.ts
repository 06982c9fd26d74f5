/** The program of a fake agent's process: plays prompts from stdin and tells what it does on stdout. */
import { createInterface } from "node:readline";
import { FakePlayer } from "./fake-player.ts";
import { FakeInput, FakeStart, type FakeOutput } from "./fake-protocol.ts";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const start = await lines.next();
const player = new FakePlayer(FakeStart.parse(JSON.parse(String(start.value))));
let turn = new AbortController();

const tell = (output: FakeOutput): void => {
  process.stdout.write(`${JSON.stringify(output)}\n`);
};

async function play(prompt: string): Promise<void> {
  turn = new AbortController();
  const { signal } = turn;
  try {
    tell({ type: "end", end: await player.play(prompt, { tell: (event) => tell({ type: "event", event }), signal }) });
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
  else {
    player.clear();
    tell({ type: "cleared", sessionId: player.sessionId });
  }
}

// Whoever held us is gone.
process.exit(0);
