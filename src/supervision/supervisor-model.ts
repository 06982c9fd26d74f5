import { createHash } from "node:crypto";

import { canonicalJson } from "../domain/cache/canonical-json.ts";
import { TuttiError } from "../domain/errors.ts";
import type { FaultPoint } from "../domain/fault-points.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { AnswerOrigin, SupervisorPurpose } from "../domain/supervisor/interaction.ts";
import { mayBeAsked, type FailedQuestion, type SupervisorStanding } from "../domain/supervisor/standing.ts";
import type { LlmAdapter } from "../llms/port.ts";
import type { AskedQuestion, SpentTokens } from "../state/supervisor/interactions.ts";
import type { StateManager } from "../state/state-manager.ts";
import type { AskingSettings, Asked } from "./ask-patiently.ts";
import { askWithRoom, questionTokens, type Cut } from "./ask-with-room.ts";
import { supervisorPrompt } from "./prompts/supervisor-prompt.ts";
import type { Supervisor, SupervisorAnswer, SupervisorQuestion } from "./supervisor.ts";

export type SupervisorSettings = AskingSettings & {
  /** Room of the model for prompt and answer together. */
  readonly contextTokens: number;
  /** Answers given before: never, when the model can't be asked, or whenever there is one. */
  readonly cache: "when-down" | "always" | "never";
  /** What it is asked for; for the rest nobody is. */
  readonly purposes: readonly SupervisorPurpose[];
  /** It costs nothing: it runs on a machine of the person's own. Otherwise its price has to be known. */
  readonly isFree: boolean;
};

export type SupervisorModelOptions = {
  /** `ollama/qwen3:8b` */
  readonly name: string;
  readonly settings: SupervisorSettings;
  /** Called with the first question: a client library is loaded only when it is needed. */
  readonly openLlm: () => Promise<LlmAdapter>;
  readonly state: Pick<StateManager, "interactions" | "supervisorStandings">;
  /** Why the budgets of its job allow no question; `undefined` = they do. */
  readonly budgetObjection: (about: SupervisorQuestion["about"]) => Promise<string | undefined>;
  readonly fault: (point: FaultPoint) => void;
  readonly redact: (text: string) => string;
  readonly redactJson: { (value: JsonObject): JsonObject; (value: Json): Json };
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
};

/** A supervisor in front of a language model. Secrets are taken out of a question before it leaves this process. */
export class SupervisorModel implements Supervisor {
  readonly name: string;
  readonly promptTokens: number;
  readonly #options: SupervisorModelOptions;
  #llm: Promise<LlmAdapter> | undefined;

  constructor(options: SupervisorModelOptions) {
    this.name = options.name;
    this.promptTokens = options.settings.contextTokens - options.settings.maxOutputTokens;
    this.#options = options;
  }

  async ask(question: SupervisorQuestion): Promise<SupervisorAnswer> {
    const { purposes } = this.#options.settings;
    if (!purposes.includes(question.purpose)) {
      return unavailable(`${this.name} is not asked for "${question.purpose}" (setting supervisor.purposes)`);
    }
    const asked = this.#asRecorded(question);
    const seq = await this.#options.state.interactions.begin(asked);
    return this.#answer({ question, asked, seq });
  }

  /** Frees what the model holds. Idempotent. */
  async close(): Promise<void> {
    const llm = await this.#llm?.catch(() => undefined);
    await llm?.doClose();
  }

  #asRecorded({ purpose, about, system, prompt, schema }: SupervisorQuestion): AskedQuestion {
    const { redact, redactJson } = this.#options;
    const told = { system: redact(supervisorPrompt(purpose, system)), prompt: redact(prompt) };
    const shape = schema === undefined ? {} : { schema: redactJson(schema) };
    const contentKey = createHash("sha256")
      .update(canonicalJson({ supervisor: this.name, ...told, ...shape }))
      .digest("hex");
    return { purpose, about, supervisor: this.name, contentKey, ...told, ...shape };
  }

  async #answer(open: OpenQuestion): Promise<SupervisorAnswer> {
    const { state, settings, now } = this.#options;
    const earlier = (await state.interactions.findEarlier(open.asked))?.ending;
    if (earlier?.status === "answered") return this.#known(open, { from: "earlier", tries: 0, answer: earlier });
    if (settings.cache === "always") {
      const known = await this.#fromCache(open, 0);
      if (known !== undefined) return known;
    }
    const standing = await state.supervisorStandings.find(placeOf(open, this.name));
    if (!mayBeAsked(standing, now()))
      return this.#withoutModel(open, { reason: restText(standing, this.name), tries: 0 });
    const llm = await this.#opened();
    if (typeof llm === "string") return this.#failed(open, { ...notReached, reason: llm });
    const objection = await this.#objection(open, llm);
    if (objection !== undefined) return this.#withoutModel(open, { reason: objection, tries: 0 });
    return this.#fromModel(open, { llm, isKnownToBeLong: earlier?.status === "failed" });
  }

  /** What stands against asking at all; nothing was sent by then. */
  async #objection({ question, asked }: OpenQuestion, llm: LlmAdapter): Promise<string | undefined> {
    const { contextTokens, maxOutputTokens } = this.#options.settings;
    const tokens = questionTokens(asked, llm);
    if (tokens + maxOutputTokens > contextTokens) {
      return `the prompt is too long: about ${tokens} tokens and ${maxOutputTokens} for the answer, with room for ${contextTokens} (setting supervisor.contextTokens)`;
    }
    return this.#options.budgetObjection(question.about);
  }

  async #fromModel(open: OpenQuestion, given: FoundModel): Promise<SupervisorAnswer> {
    const { settings, random } = this.#options;
    const { asked, question } = open;
    const { seq, result } = await askWithRoom({
      ...given,
      ...{ asked, settings, random, signal: question.signal, seq: open.seq },
      onCut: (cut) => this.#recordCut(open, cut),
    });
    if (result.status === "answered") return this.#answered({ ...open, seq }, result);
    return this.#failed({ ...open, seq }, { ...result, ...this.#spent(result) });
  }

  async #recordCut({ question, asked, seq }: OpenQuestion, cut: Cut) {
    const { state, redact, budgetObjection } = this.#options;
    const { failure, tries } = cut;
    const ended = { status: "failed", failure, reason: redact(cut.reason), tries, ...this.#spent(cut) } as const;
    await state.interactions.end(seq, asked, ended);
    return { seq: await state.interactions.begin(asked), objection: await budgetObjection(question.about) };
  }

  /** What has come is kept before anybody uses it: who is killed now does not pay for it again. */
  async #answered(open: OpenQuestion, result: Extract<Asked, { status: "answered" }>): Promise<SupervisorAnswer> {
    const { state, redact, redactJson, fault } = this.#options;
    const said = {
      text: redact(result.text),
      ...(result.value === undefined ? {} : { value: redactJson(result.value) }),
    };
    const ending = { status: "answered", from: "model", tries: result.tries, ...said, ...this.#spent(result) } as const;
    await state.interactions.end(open.seq, open.asked, ending);
    fault("supervisor.answered");
    await state.supervisorStandings.answered(placeOf(open, this.name));
    return { status: "answered", from: "model", ...said };
  }

  async #failed(
    open: OpenQuestion,
    missed: Missed & FailedQuestion & { readonly isWithdrawn: boolean },
  ): Promise<SupervisorAnswer> {
    const { isDown, isWithdrawn } = missed;
    const reason = this.#options.redact(missed.reason);
    const { purpose } = open.question;
    const place = placeOf(open, this.name);
    if (!isWithdrawn) await this.#options.state.supervisorStandings.failed(place, { purpose, reason, isDown });
    return this.#withoutModel(open, missed);
  }

  /** The model gave nothing: what it said to an equal question before, else nobody judged. */
  async #withoutModel(
    open: OpenQuestion,
    { tries, failure = "not-asked", spent, ...missed }: Missed,
  ): Promise<SupervisorAnswer> {
    const reason = this.#options.redact(missed.reason);
    const { settings, state } = this.#options;
    const known = settings.cache === "never" ? undefined : await this.#fromCache(open, tries, spent);
    if (known !== undefined) return known;
    const ended = { status: "failed", failure, reason, tries, ...(spent === undefined ? {} : { spent }) } as const;
    await state.interactions.end(open.seq, open.asked, ended);
    return unavailable(reason);
  }

  async #fromCache(open: OpenQuestion, tries: number, spent?: SpentTokens): Promise<SupervisorAnswer | undefined> {
    const answer = await this.#options.state.interactions.findAnswer(open.asked.contentKey);
    return answer && this.#known(open, { from: "cache", tries, answer, ...(spent === undefined ? {} : { spent }) });
  }

  async #known({ asked, seq }: OpenQuestion, { answer: { text, value }, ...known }: Known): Promise<SupervisorAnswer> {
    const said = { status: "answered", text, ...(value === undefined ? {} : { value }) } as const;
    await this.#options.state.interactions.end(seq, asked, { ...said, ...known });
    return { ...said, from: known.from };
  }

  #spent({ usage, model }: Pick<Asked, "usage" | "model">): { readonly spent?: SpentTokens } {
    if (usage === undefined) return {};
    const { isFree, model: askedAs } = this.#options.settings;
    return { spent: { model, askedAs, used: isFree ? { ...usage, costUsd: 0 } : usage } };
  }

  /** @returns why there is none, in one line */
  async #opened(): Promise<LlmAdapter | string> {
    try {
      this.#llm ??= this.#options.openLlm();
      return await this.#llm;
    } catch (thrown) {
      this.#llm = undefined;
      const { message, hint } = TuttiError.from(thrown);
      return hint === undefined ? message : `${message}; ${hint}`;
    }
  }
}

type OpenQuestion = { readonly question: SupervisorQuestion; readonly asked: AskedQuestion; readonly seq: number };

type FoundModel = {
  readonly llm: LlmAdapter;
  /** An answer to the very question was cut before. */
  readonly isKnownToBeLong: boolean;
};

type Known = {
  readonly from: AnswerOrigin;
  readonly tries: number;
  readonly answer: { readonly text: string; readonly value?: Json };
  readonly spent?: SpentTokens;
};

type Missed = {
  readonly reason: string;
  readonly tries: number;
  /** Default: it was not asked. */
  readonly failure?: string;
  readonly spent?: SpentTokens;
};

const notReached = { tries: 0, failure: "unavailable", isDown: true, isWithdrawn: false } as const;

const placeOf = ({ question }: OpenQuestion, supervisor: string) => ({ supervisor, ...question.about });

const unavailable = (reason: string): SupervisorAnswer => ({ status: "unavailable", reason });

const restText = ({ failures, reason }: SupervisorStanding, name: string): string =>
  `${name} is left alone for a while after ${failures} questions without an answer: ${reason ?? "unknown"}`;
