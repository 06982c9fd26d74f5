import type { Subagent } from "../domain/agent/subagent.ts";
import type { Usage } from "../domain/budget/usage.ts";
import type { ErrorJson } from "../domain/errors.ts";
import type { SessionId, SlotId } from "../domain/ids.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { LimitReading } from "../domain/quota/account-limits.ts";

/**
 * The contract with a kind of coding agent (Claude Code, ACP, Aider, any command).
 *
 * Methods that begin with `do` are called by the worker pool only. The pool owns the slot's directory; the session owns
 * its process and everything that the process starts.
 */
export interface AgentAdapter {
  readonly specVersion: 1;
  /** Stable name, for example `claude-code`. */
  readonly id: string;
  /**
   * Starts a live agent in a slot, or prepares one that starts with its first turn.
   * @throws {TuttiError} `AGENT_NOT_FOUND`, `AGENT_UNAUTHENTICATED`
   */
  doOpen(launch: AgentLaunch): Promise<AgentSession>;
  /** Loads and looks up once what `doOpen` needs. Somebody is about to call that, and has other things to wait for first. */
  doWarmUp?(): Promise<void>;
  /** Facts for `tutti doctor`: one entry a check. */
  doDiagnose?(): Promise<readonly AgentDiagnosis[]>;
}

export type AgentDiagnosis = {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  /** What to do about it; absent when `ok`. */
  readonly fix?: string;
};

/** Everything that is fixed when the agent's process starts. Another launch key means another process. */
export type AgentLaunch = {
  readonly slotId: SlotId;
  /** Absolute path of the slot: the agent's working directory. */
  readonly cwd: string;
  /** Alias (`opus`, `sonnet`, `haiku`) or full model name. */
  readonly model: string;
  /** How hard the model thinks. Absent: its own default. Agents that know no such thing ignore it. */
  readonly effort?: "low" | "medium" | "high" | "xhigh" | "max";
  /** Appended to the agent's own system prompt. */
  readonly systemPrompt?: string;
  /** Names of all the tools that the agent has, in its own words. Absent = those that its permissions' mode allows. */
  readonly tools?: readonly string[];
  /** Tools that it does not have. */
  readonly disallowedTools?: readonly string[];
  /** Whom it may call within its own session. Agents that know no such thing ignore it. */
  readonly subagents?: readonly Subagent[];
  /** JSON Schema of the structured result; absent = free text. */
  readonly resultSchema?: JsonObject;
  readonly permissions: AgentPermissions;
  /**
   * The agent's process ends a turn by itself when one conversation has cost it more, in US dollars: the last fence, for the case
   * that `maxCostUsd` of a turn fails. Absent = none.
   */
  readonly maxConversationCostUsd?: number;
  /** Added to the adapter's allow-listed environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Continue this conversation instead of an empty one. Not part of the launch key. */
  readonly resume?: SessionId;
  /**
   * Begin a new conversation that holds all that was said in this one, which stays as it is and may have been held in another
   * working directory of this machine. Not together with `resume`. Not part of the launch key.
   */
  readonly forkOf?: SessionId;
};

export type AgentPermissions = {
  /** `edit`: may change files in its slot. `read`: may look and not change. */
  readonly mode: "edit" | "read";
  /** Allowed besides what the mode allows, in the agent's own rule syntax: `Bash(npm test:*)`. */
  readonly allow: readonly string[];
  /** `auto`: the operating system's sandbox where it is available. `required`: refuse to start without. `off`: never. */
  readonly sandbox: "auto" | "required" | "off";
  /** Files, and folders with all below them, that it may not read: absolute or from `~`. Absent: `defaultDeniedReads`. */
  readonly deniedReads?: readonly string[];
};

/** A live agent. Turns run one after another; a second `doTurn` before the first has ended is a bug of the caller. */
export interface AgentSession {
  /** Equal keys mean that a live session can serve the other launch after `doClear`. */
  readonly launchKey: string;
  /** Whether the process can take another turn. */
  readonly isAlive: boolean;
  /** Process group of the agent, for reaping by others after our death; absent before the first turn or in process. */
  readonly processGroup: { readonly pid: number; readonly startTime: string } | undefined;
  /** What `doTurn` sends for a prompt. Absent: the prompt as it stands. */
  asSent?(prompt: string): string;
  /**
   * Sends a prompt and waits for the end of the turn. Never throws for what the agent or the model server did: that is an
   * outcome. An aborted turn ends as `failed` with class `killed` after the agent stopped.
   */
  doTurn(turn: AgentTurn): Promise<AgentOutcome>;
  /** Empties the conversation; the process stays. */
  doClear(): Promise<void>;
  /** Ends the process and everything it started, also what it put in the background. Idempotent. */
  doClose(): Promise<void>;
}

export type AgentTurn = {
  readonly prompt: string;
  readonly onEvent: (event: AgentEvent) => void;
  /** Interrupts the turn. */
  readonly signal: AbortSignal;
  /** Wall-clock limit of the turn. */
  readonly timeoutMs: number;
  /** Limit without any event and without child activity. */
  readonly stallTimeoutMs: number;
  /** Signs of life that the agent itself does not give, such as files that change: `saw` is called for each. */
  readonly lifeSigns?: (saw: () => void) => void;
  /** Interrupt when this turn has cost more. Absent = no cap of ours. */
  readonly maxCostUsd?: number;
  /**
   * Says what becomes of a tool call that neither the mode nor a rule of the agent allows. Absent: such a call is denied. One that
   * rejects denies.
   */
  readonly onPermission?: (request: PermissionRequest) => Promise<PermissionAnswer>;
};

export type PermissionRequest = { readonly tool: string; readonly input: JsonObject };

export type PermissionAnswer =
  | { readonly action: "allow" }
  /** `message`: what the agent is told. */
  | { readonly action: "deny"; readonly message?: string }
  /**
   * A person has to say: the call is not made, and the turn ends as `failed` with the code `PERMISSION_REQUIRED`, whose context has
   * `tool`, `input` and what stands here. The conversation can be resumed.
   */
  | { readonly action: "ask"; readonly context?: JsonObject }
  /** As if nobody had been asked. */
  | { readonly action: "usual" };

/** What an agent shows while it works, as it happens. */
export type AgentEvent =
  | { readonly type: "session-started"; readonly sessionId: SessionId; readonly model: string; readonly pid?: number }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool-started"; readonly toolUseId: string; readonly tool: string; readonly summary: string }
  | { readonly type: "tool-ended"; readonly toolUseId: string; readonly isError: boolean }
  /** Cumulative for this turn. */
  | { readonly type: "usage"; readonly usage: Usage }
  | {
      readonly type: "api-retry";
      readonly attempt: number;
      readonly status: number | undefined;
      readonly delayMs: number | undefined;
    }
  /** How much of the account's quota is used, as the model server tells it beside its answers. */
  | { readonly type: "account-limits"; readonly reading: LimitReading }
  | { readonly type: "permission-denied"; readonly tool: string; readonly summary: string };

export type PermissionDenial = { readonly tool: string; readonly summary: string };

type OutcomeFacts = {
  /** The conversation that can be resumed; absent when it never began. */
  readonly sessionId?: SessionId;
  /** The agent's last words. */
  readonly text: string;
  /** Of this turn only, also when it failed. */
  readonly usage: Usage;
  readonly permissionDenials: readonly PermissionDenial[];
  readonly durationMs: number;
};

export type AgentOutcome =
  /** The agent says that it is done. `result` is present when a schema was given; it is checked against it. */
  | (OutcomeFacts & {
      readonly status: "finished";
      readonly result?: Json;
      /** The model stopped at its limit of tokens: the text, and maybe the work, is cut off. */
      readonly isTruncated?: true;
    })
  | (OutcomeFacts & { readonly status: "failed"; readonly failure: AgentFailure });

export type AgentFailure = {
  readonly error: ErrorJson;
  /** For `rate_limited` and `transient`: how long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** For `exhausted`: when the quota comes back, in milliseconds since the Unix epoch. */
  readonly resetAt?: number;
};
