import { exec } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, copyFile, glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { AgentEvent } from "../port.ts";
import type { FakeEnd, FakeStart } from "./fake-protocol.ts";
import {
  findAnswer,
  hasPromptLines,
  parseFakeScript,
  promptLinesSchema,
  readPromptLines,
  usualUsage,
  type FakeAnswer,
  type PromptLines,
  type ReadyScript,
} from "./fake-script.ts";

type Tell = (event: AgentEvent) => void;
type Turn = {
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** Whether a call that nothing allows may be made. */
  readonly ask: (tool: string, input: JsonObject) => Promise<boolean>;
};

const shell = promisify(exec);

/** Plays the script: does the files and commands of an answer and tells them as an agent would. */
export class FakePlayer {
  readonly #start: FakeStart;
  readonly #script: ReadyScript;
  readonly #first: string;
  #session: string;
  /** The conversation that the next prompt's begins with. */
  #origin: string | undefined;
  #calls = 0;

  constructor(start: FakeStart) {
    this.#start = start;
    this.#script = parseFakeScript(start.script);
    this.#first = start.resume ?? randomUUID();
    this.#session = this.#first;
    this.#origin = start.forkOf;
  }

  get sessionId(): string {
    return this.#session;
  }

  clear(): void {
    this.#session = randomUUID();
    this.#origin = undefined;
  }

  /** Rejects with the signal's reason when the turn is interrupted. */
  async play(prompt: string, turn: Turn): Promise<FakeEnd> {
    if (this.#origin !== undefined && !(await this.#fork(this.#origin))) return noConversation(this.#origin);
    const past = await this.#transcript();
    const lines = hasPromptLines(prompt) ? readPromptLines(prompt) : (lastLines(past) ?? readPromptLines(prompt));
    if (past === undefined && this.#session === this.#start.resume) return noConversation(this.#session);
    const found = findAnswer(this.#script, lines, `${prompt}\n${past ?? ""}`);
    const key = found?.key ?? "";
    const earlier = await this.#earlierRequests(key);
    await this.#note(key, lines, prompt);
    const first = found?.answer ?? { text: `The script has no answer for task "${lines.task}".` };
    const isRepeat = past?.includes(`"key":${JSON.stringify(key)},`) ?? false;
    return this.#answer(isRepeat && "again" in first ? first.again : first, earlier, turn);
  }

  async #answer(answer: FakeAnswer, earlier: number, turn: Turn): Promise<FakeEnd> {
    const { delayMs, text = "done", result, failure, hang } = answer;
    const usage = { [this.#start.model]: answer.usage ?? usualUsage };
    if (delayMs !== undefined || hang === true) turn.tell({ type: "usage", usage });
    if (delayMs !== undefined) await delay(delayMs, undefined, { signal: turn.signal });
    if (failure !== undefined && earlier < (failure.times ?? Number.POSITIVE_INFINITY)) {
      const { code, resetAfterMs, message, retryAfterMs } = failure;
      const resetAt = resetAfterMs === undefined ? undefined : Date.now() + resetAfterMs;
      return { text: "", usage, failure: { class: failure.class, code, message, retryAfterMs, resetAt } };
    }
    await this.#work(answer, turn);
    turn.tell({ type: "text", text });
    turn.tell({ type: "usage", usage });
    if (hang === true) await delay(2 ** 31 - 1, undefined, { signal: turn.signal });
    return { text, usage, result };
  }

  async #work(answer: FakeAnswer, turn: Turn): Promise<void> {
    const { asks = [], write = {}, append = {}, delete: removed = [], run = [] } = answer;
    for (const command of asks) {
      const isDenied = !(await turn.ask("Bash", { command }));
      await this.#call({ tool: "Bash", summary: `Bash ${command}`, isDenied }, turn, () => this.#run(command, turn));
    }
    for (const [path, content] of Object.entries(write)) {
      await this.#change({ tool: "Write", path }, turn, (file) => writeFile(file, content));
    }
    for (const [path, content] of Object.entries(append)) {
      await this.#change({ tool: "Edit", path }, turn, (file) => appendFile(file, content));
    }
    for (const path of removed) await this.#change({ tool: "Delete", path }, turn, (file) => rm(file, { force: true }));
    for (const command of run) {
      await this.#call({ tool: "Bash", summary: `Bash ${command}` }, turn, () => this.#run(command, turn));
    }
  }

  async #run(command: string, { signal }: Turn): Promise<void> {
    await shell(command, { cwd: this.#start.cwd, signal });
  }

  async #change(
    { tool, path }: { readonly tool: string; readonly path: string },
    turn: Turn,
    act: (file: string) => Promise<void>,
  ): Promise<void> {
    const file = resolve(this.#start.cwd, path);
    const isDenied = relative(this.#start.cwd, file).startsWith("..");
    await this.#call({ tool, summary: `${tool} ${path}`, isDenied }, turn, async () => {
      await mkdir(dirname(file), { recursive: true });
      await act(file);
    });
  }

  async #call(
    call: { readonly tool: string; readonly summary: string; readonly isDenied?: boolean },
    { tell, signal }: Turn,
    act: () => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted();
    const { tool, summary } = call;
    this.#calls += 1;
    const toolUseId = `fake_${this.#session}_${this.#calls}`;
    tell({ type: "tool-started", toolUseId, tool, summary });
    const isDenied = call.isDenied === true || this.#start.mode === "read";
    if (isDenied) tell({ type: "permission-denied", tool, summary });
    const isError = isDenied || !(await succeeds(act, signal));
    tell({ type: "tool-ended", toolUseId, isError });
  }

  get #file(): string {
    return join(this.#start.sessions, `${this.#session}.jsonl`);
  }

  async #transcript(): Promise<string | undefined> {
    return readFile(this.#file, "utf8").catch(whenAbsent);
  }

  /** Beside every slot of the same folder lie the conversations that were held in it. */
  async #fork(origin: string): Promise<boolean> {
    const { sessions } = this.#start;
    const folder = dirname(sessions);
    await mkdir(sessions, { recursive: true });
    for await (const file of glob(`*.fake-agent/${origin}.jsonl`, { cwd: folder })) {
      await copyFile(join(folder, file), this.#file);
      this.#origin = undefined;
    }
    return this.#origin === undefined;
  }

  async #earlierRequests(key: string): Promise<number> {
    const log = (await readFile(this.#start.requestLog, "utf8").catch(whenAbsent)) ?? "";
    return log.split("\n").filter((line) => line.includes(`"key":${JSON.stringify(key)},`)).length;
  }

  async #note(key: string, lines: PromptLines, prompt: string): Promise<void> {
    const { slotId, requestLog, sessions, resume, forkOf, model } = this.#start;
    const isResumed = this.#session === resume;
    const isForked = forkOf !== undefined && this.#session === this.#first;
    const place = { slotId, sessionId: this.#session, isResumed, isForked, model, pid: process.pid, at: Date.now() };
    const facts = { key, ...lines, ...place };
    await mkdir(sessions, { recursive: true });
    await mkdir(dirname(requestLog), { recursive: true });
    await appendFile(requestLog, `${JSON.stringify(facts)}\n`);
    await appendFile(this.#file, `${JSON.stringify({ key, lines, prompt })}\n`);
  }
}

function noConversation(session: string): FakeEnd {
  const message = `No conversation found with session ID: ${session}`;
  return { text: "", usage: {}, failure: { class: "recoverable", message, isResumeImpossible: true } };
}

/** A prompt that doesn't say what it is about (a resumed conversation) goes on with what the one before was about. */
function lastLines(transcript: string | undefined): PromptLines | undefined {
  const last = transcript?.trimEnd().split("\n").at(-1);
  if (last === undefined || last === "") return undefined;
  return z.object({ lines: promptLinesSchema }).parse(JSON.parse(last)).lines;
}

function whenAbsent(error: unknown): undefined {
  const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
  if (!isAbsent) throw error;
}

/** A command that fails is an answer for the agent, no failure of it; an interrupted one ends the turn. */
async function succeeds(act: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await act();
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
