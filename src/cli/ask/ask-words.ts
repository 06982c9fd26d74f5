import type { BreakpointAnswerName, BreakpointKind } from "../../domain/breakpoint/answers.ts";
import type { BreakpointAnswer } from "../../domain/breakpoint/breakpoint.ts";
import type { Terminal } from "../terminal.ts";
import { promptPerson } from "./prompt-person.ts";

/** What belongs to an answer besides its name. */
export type Words = Pick<BreakpointAnswer, "note" | "amountUsd">;

export type WordsRequest = {
  readonly kind: BreakpointKind;
  readonly answer: BreakpointAnswerName;
  readonly until: AbortSignal;
};

/** Asks for what belongs to an answer. @returns `left` when the person wants to be asked nothing more */
export async function askWords(terminal: Terminal, { kind, answer, until }: WordsRequest): Promise<Words | "left"> {
  const wanted = wantedWords(kind, answer);
  if (wanted === undefined) return {};
  const { text, isCancel } = await import("@clack/prompts");
  const { check, ...shown } = wanted;
  const given = await promptPerson(terminal, until, (prompt) =>
    text({ ...shown, validate: (value) => check((value ?? "").trim()), ...prompt }),
  );
  if (isCancel(given)) return "left";
  const words = (given ?? "").trim();
  if (answer === "raise") return { amountUsd: Number(words) };
  return words === "" ? {} : { note: words };
}

type Wanted = {
  readonly message: string;
  readonly placeholder: string;
  /** What is wrong. */
  readonly check: (words: string) => string | undefined;
};

const asTheyAre = (): undefined => undefined;

/** `undefined`: the answer says it all. */
function wantedWords(kind: BreakpointKind, answer: BreakpointAnswerName): Wanted | undefined {
  const optional = { placeholder: "Enter: nothing", check: asTheyAre };
  if (answer === "answer") {
    const check = (words: string): string | undefined =>
      words === "" ? "Say it in words. Esc leaves the question open." : undefined;
    return { message: "What is the agent told?", placeholder: "one line", check };
  }
  if (answer === "raise") return { message: "How many US dollars more?", placeholder: "5", check: checkAmount };
  if (answer === "retry" || answer === "deny") return { message: "What is the agent told?", ...optional };
  if (kind === "approval") return { message: "What is the workflow told with it?", ...optional };
  return undefined;
}

const checkAmount = (words: string): string | undefined =>
  /^\d+(\.\d+)?$/.test(words) && Number(words) > 0 ? undefined : "Give an amount in US dollars, such as 12.50.";
