import type { AskedQuestion } from "../state/supervisor/interactions.ts";
import type { LlmAdapter } from "../llms/port.ts";
import { askPatiently, type Asked, type Asking, type AskingSettings } from "./ask-patiently.ts";

export type Cut = Extract<Asked, { readonly status: "failed" }>;

export type RoomyAsking = Asking & {
  readonly settings: AskingSettings & {
    /** Room of the model for prompt and answer together. */
    readonly contextTokens: number;
  };
  /** Of the question as it is recorded. */
  readonly seq: number;
  /** An answer to it was cut already, and whoever had asked was cut short then: it begins with more room. */
  readonly isKnownToBeLong: boolean;
  /** Records what the cut answer has cost before more is spent. @returns the question that is asked next, and what stands against it */
  readonly onCut: (cut: Cut) => Promise<{ readonly seq: number; readonly objection?: string | undefined }>;
};

export type RoomyAnswer = { readonly seq: number; readonly result: Asked };

/** Asks as `askPatiently`, and an answer that was cut at its longest is asked for once more with twice the room. */
export async function askWithRoom(asking: RoomyAsking): Promise<RoomyAnswer> {
  const { seq, settings, isKnownToBeLong } = asking;
  const deadline = performance.now() + settings.timeoutMs;
  const room = moreRoom(asking);
  const [first, second] = isKnownToBeLong && room !== undefined ? [room] : [settings.maxOutputTokens, room];
  const result = await askPatiently(withRoom(asking, first));
  const isCut = result.status === "failed" && result.failure === "truncated" && result.tries <= settings.maxRetries;
  if (!isCut || second === undefined || performance.now() >= deadline) return { seq, result };
  const next = await asking.onCut(result);
  if (next.objection !== undefined) {
    const { usage: _recorded, ...cut } = result;
    const reason = `${cut.reason}; it is not asked with more room: ${next.objection}`;
    return { seq: next.seq, result: { ...cut, tries: 0, reason } };
  }
  const timeoutMs = Math.max(1, Math.round(deadline - performance.now()));
  const again = await askPatiently(withRoom(asking, second, timeoutMs));
  return { seq: next.seq, result: again.status === "answered" ? again : stillCut(result, again) };
}

const withRoom = (asking: Asking, maxOutputTokens: number, timeoutMs = asking.settings.timeoutMs): Asking => ({
  ...asking,
  settings: { ...asking.settings, maxOutputTokens, timeoutMs },
});

/** Whatever became of the second question, the model can be asked. */
const stillCut = ({ reason }: Cut, again: Cut): Cut =>
  again.failure === "truncated" || again.isWithdrawn
    ? again
    : { ...again, failure: "truncated", isDown: false, reason: `${reason}, and with more room: ${again.reason}` };

/** What is less than that is used up by the same answer. */
const leastGain = 1.5;

/** As far as the model has it beside the question; `undefined`: too little to ask again. */
function moreRoom({ settings, asked, llm }: RoomyAsking): number | undefined {
  const { contextTokens, maxOutputTokens } = settings;
  const room = Math.min(2 * maxOutputTokens, contextTokens - questionTokens(asked, llm));
  return room >= leastGain * maxOutputTokens ? Math.floor(room) : undefined;
}

/** An estimate, rather too high. */
export const questionTokens = ({ system = "", prompt, schema }: AskedQuestion, llm: LlmAdapter): number =>
  llm.estimateTokens(`${system}${prompt}${JSON.stringify(schema ?? "")}`);
