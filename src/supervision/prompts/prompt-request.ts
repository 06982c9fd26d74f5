import type { JsonObject } from "../../domain/json.ts";
import type { PromptAccount, PromptPart } from "../../domain/prompt/prompt-part.ts";
import type { PromptRewriting } from "../../domain/prompt/sent-prompt.ts";
import type { PromptHead } from "./prompt-head.ts";
import type { PromptKind } from "./prompt-kind.ts";
import type { ChosenTemplate } from "./template-set.ts";

/** What of the parts goes into the prompt. */
export type KeptParts = {
  /** Empty when the part was dropped, or there is none of this name. */
  readonly text: (name: string) => string;
  readonly has: (name: string) => boolean;
};

/** Everything that a prompt is made of. */
export type PromptRequest = {
  readonly kind: PromptKind;
  readonly head: PromptHead;
  /** The project's templates to try before the kind's own, by the name behind it. */
  readonly variants?: readonly string[];
  readonly parts: readonly PromptPart[];
  /** What the template sees, from what is kept of the parts. It has the same names whatever was dropped. */
  readonly variables: (kept: KeptParts) => JsonObject;
};

/** A prompt that can be sent. */
export type PreparedPrompt = {
  readonly kind: PromptKind;
  readonly text: string;
  readonly template: ChosenTemplate;
  readonly account: PromptAccount;
  /** How the supervisor model wrote it anew, or why it did not; absent where nobody asked it. */
  readonly rewriting?: PromptRewriting;
};
