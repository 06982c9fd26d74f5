import type { AgentAdapter, AgentDiagnosis } from "../../agents/port.ts";
import { modelAliases } from "../../domain/budget/model-alias.ts";
import { TuttiError } from "../../domain/errors.ts";
import { answerRequest } from "../answer-request.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { LlmAdapter, LlmHealth } from "../port.ts";
import { askAgent } from "./ask-agent.ts";
import { startFailure } from "./failed-turn.ts";
import { WarmSessions, type SessionKind } from "./warm-sessions.ts";

export type ClaudeCodeLlmOptions = {
  /** Claude Code as a model alone: without settings, MCP servers or a prompt of its own, and without retries. */
  readonly agent: AgentAdapter;
  /** The model that health is told of. */
  readonly model: string;
  /** How hard it thinks. Default `low`: a question is read and answered, and thoughts count as output. */
  readonly effort?: SessionKind["effort"] & {};
  /** Takes secrets out of what Claude Code says of a failure. Default: leaves it as it is. */
  readonly redact?: (text: string) => string;
  /** How many processes answer side by side; further questions wait. Default 2. */
  readonly maxSessions?: number;
  /** How long a process without a question lives. Default 60,000. */
  readonly idleMs?: number;
};

/** The Claude Code of this machine, by its own login: a question is one turn without tools, in a process that is kept for the next. */
export function claudeCodeLlm(options: ClaudeCodeLlmOptions): LlmAdapter {
  const { agent, model, effort = "low", redact = (text) => text, maxSessions = 2, idleMs = 60_000 } = options;
  const sessions = new WarmSessions({ agent, maxSessions, idleMs });
  return {
    specVersion: 1,
    id: "claude-code",
    estimateTokens,
    doGenerate: (request) =>
      answerRequest({
        request,
        ask: (signal) => askAgent({ sessions, request, effort, redact }, signal),
        explain: (thrown) => startFailure(thrown, { model: request.model, redact, now: Date.now() }),
      }),
    doCheckHealth: async () => {
      try {
        return judge(model, (await agent.doDiagnose?.()) ?? []);
      } catch (thrown) {
        const { message, hint = "Install Claude Code" } = TuttiError.from(thrown);
        return { isHealthy: false, detail: message, fix: hint };
      }
    },
    doListModels: () => Promise.resolve(modelAliases),
    doClose: () => sessions.close(),
  };
}

/** What only hampers agents, such as a missing sandbox, does not matter here. */
function judge(model: string, found: readonly AgentDiagnosis[]): LlmHealth {
  const failed = found.find(({ status }) => status === "failed");
  if (failed === undefined) {
    const [program, login] = found.map(({ detail }) => detail);
    return { isHealthy: true, detail: [`${model} by Claude Code`, program, login].filter(Boolean).join(", ") };
  }
  const { name, detail, fix = "See tutti doctor" } = failed;
  return { isHealthy: false, detail: `${name}: ${detail}`, fix };
}
