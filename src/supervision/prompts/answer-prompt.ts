import type { Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import { joinSections } from "./prompt-head.ts";

type Answered = Pick<Breakpoint, "kind" | "context" | "answer" | "status">;

/** What a person has answered to an attempt's agent, for its next prompt; empty when there is nothing to tell. */
export function answersText(answered: readonly Answered[]): string {
  return answered.flatMap((breakpoint) => lineOf(breakpoint) ?? []).join("\n\n");
}

const section = (title: string, text: string): string => (text === "" ? "" : `## ${title}\n${text}`);

/** For a conversation that was stopped for a person and goes on: what was answered, and all of the task again. */
export const answeredPrompt = (answers: string, fresh: string): string =>
  joinSections(
    "You were stopped so that a person could be asked; nothing you wrote was lost. Go on where you stopped; don't do finished " +
      "parts again.",
    section("What the person says", answers),
    fresh,
  );

/** For a conversation that begins anew. */
export const withAnswers = (answers: string, prompt: string): string =>
  answers === "" ? prompt : joinSections(prompt, section("What a person has said about it", answers));

function lineOf({ kind, context, answer, status }: Answered): string | undefined {
  const note = answer?.note === undefined ? "" : ` The person's words: ${answer.note}`;
  const call = `${context.tool ?? "the tool"} with ${JSON.stringify(context.input ?? {})}`;
  switch (answer?.answer) {
    case "answer":
      return `You asked: ${context.said ?? "a question"}\nThe answer: ${answer.note ?? ""}`;
    case "allow":
    case "allow-for-job":
      return `You may use ${call}. Make that call again, exactly as it was.${note}`;
    case "deny":
      if (status === "expired")
        return `Nobody allowed ${call} in time. Go on without it, and say in your result what you could not do.`;
      return `You may not use ${call}. Go on without it, and say in your result what you could not do.${note}`;
    case "wait":
      return `You did nothing for too long and were stopped.${note}`;
    default:
      return kind === "budget" && note !== "" ? note.trim() : undefined;
  }
}
