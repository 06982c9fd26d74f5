import { afterEach, beforeEach } from "vitest";

import { fakeOllama, type FakeOllama, type FakeOllamaOptions } from "../../test/support/fake-ollama.ts";
import { attemptIdOf, taskIdOf } from "../domain/ids.ts";
import type { SupervisorInteraction } from "../domain/supervisor/interaction.ts";
import { ollama } from "../llms/ollama/ollama.ts";
import type { LlmAdapter } from "../llms/port.ts";
import { openState, type OpenState } from "../state/state-manager.fixture.ts";
import { createRedactor } from "../telemetry/redact.ts";
import { SupervisorModel, type SupervisorModelOptions, type SupervisorSettings } from "./supervisor-model.ts";
import type { SupervisorQuestion } from "./supervisor.ts";

const settings: SupervisorSettings = {
  model: "judge",
  timeoutMs: 20_000,
  maxRetries: 0,
  maxOutputTokens: 100,
  contextTokens: 4096,
  cache: "when-down",
  purposes: ["review", "notes"],
  isFree: true,
};

export const verdictSchema = {
  type: "object",
  properties: { score: { type: "number", minimum: 0, maximum: 1 } },
  required: ["score"],
};

type Given = {
  readonly settings?: Partial<SupervisorSettings>;
  readonly llm?: LlmAdapter;
  readonly objection?: string;
  readonly objects?: SupervisorModelOptions["budgetObjection"];
  readonly openLlm?: SupervisorModelOptions["openLlm"];
};

export type SupervisorScene = {
  readonly open: OpenState;
  readonly server: FakeOllama | undefined;
  readonly serve: (options: FakeOllamaOptions) => Promise<FakeOllama>;
  readonly supervisorOf: (given?: Given) => SupervisorModel;
  /** About the first attempt at task `a`. */
  readonly question: (own?: Partial<SupervisorQuestion>) => SupervisorQuestion;
  /** About the second one. */
  readonly anew: (own?: Partial<SupervisorQuestion>) => SupervisorQuestion;
  readonly eventTypes: () => Promise<readonly string[]>;
  readonly history: () => Promise<readonly SupervisorInteraction[]>;
};

/** For each test a real state with one job, and a model server where one is asked for. */
export function supervisorScene(): SupervisorScene {
  let open: OpenState;
  let server: FakeOllama | undefined;

  beforeEach(async () => {
    open = await openState([{ key: "a" }]);
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await open[Symbol.asyncDispose]();
  });

  const supervisorOf = ({ settings: own, llm, objection, objects, openLlm }: Given = {}): SupervisorModel =>
    new SupervisorModel({
      name: "ollama/judge",
      settings: { ...settings, ...own },
      openLlm:
        openLlm ??
        (() => Promise.resolve(llm ?? ollama({ model: "judge", baseUrl: server?.url ?? "", contextTokens: 4096 }))),
      state: open.state,
      budgetObjection: objects ?? (() => Promise.resolve(objection)),
      fault: () => undefined,
      ...createRedactor({ SOME_TOKEN: "very-secret-value" }),
      now: () => open.clock.now,
      random: () => 0,
    });

  async function serve(options: FakeOllamaOptions): Promise<FakeOllama> {
    server = await fakeOllama(options);
    return server;
  }

  const question = (own: Partial<SupervisorQuestion> = {}): SupervisorQuestion => ({
    purpose: "review",
    about: {
      jobId: open.jobId,
      taskId: taskIdOf(open.jobId, "a"),
      attemptId: attemptIdOf(taskIdOf(open.jobId, "a"), 1),
    },
    prompt: "Is it good?",
    signal: new AbortController().signal,
    ...own,
  });

  /** Of another attempt. */
  const anew = (own: Partial<SupervisorQuestion> = {}): SupervisorQuestion => {
    const taskId = taskIdOf(open.jobId, "a");
    return question({ about: { jobId: open.jobId, taskId, attemptId: attemptIdOf(taskId, 2) }, ...own });
  };

  const eventTypes = async (): Promise<readonly string[]> =>
    (await open.state.events.read({ jobId: open.jobId, after: 0, limit: 100 }))
      .map(({ type }) => type)
      .filter((type) => type.startsWith("supervisor-"));

  const history = () => open.state.interactions.list({ jobId: open.jobId });

  return {
    get open() {
      return open;
    },
    get server() {
      return server;
    },
    ...{ serve, supervisorOf, question, anew, eventTypes, history },
  };
}
