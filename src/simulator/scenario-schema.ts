import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, "m").source.length > 0;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

const Usage = z
  .strictObject({
    inputTokens: z.int().nonnegative().default(100),
    outputTokens: z.int().nonnegative().default(20),
    cacheReadTokens: z.int().nonnegative().default(0),
    cacheWriteTokens: z.int().nonnegative().default(0),
  })
  .describe("Tokens that the model claims to have used in this turn.");

const times = z
  .union([z.int().positive(), z.literal("always")])
  .default(1)
  .describe("How often the fault happens to one task, before the turn is answered as written.");

const StatusFault = z.strictObject({
  status: z.int().min(400).max(599).describe("HTTP status, for example 401, 429, 500 or 529."),
  message: z.string().optional().describe("Text of the error. Default: what the real server says for this status."),
  midStream: z.boolean().default(false).describe("Answer 200, begin the stream and send the error inside it."),
  retryAfterSeconds: z.number().nonnegative().optional().describe("Sent as the header retry-after."),
  resetAfterSeconds: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "Makes a 429 a used-up quota that comes back after so many seconds (headers anthropic-ratelimit-unified-*).",
    ),
  resetAt: z.iso.datetime({ offset: true }).optional().describe("The same with a fixed time, ISO 8601."),
  times,
});

const DisconnectFault = z.strictObject({
  disconnect: z
    .enum(["before", "midStream"])
    .describe("Cut the connection: before the first byte of the answer, or in the middle of the stream."),
  times,
});

const HangFault = z.strictObject({
  hang: z
    .enum(["before", "midStream"])
    .describe("Send nothing, or nothing after half of the stream, until the agent gives up or is stopped."),
  times,
});

const Fault = z.union([StatusFault, DisconnectFault, HangFault]);

const ToolCall = z.strictObject({
  name: z.string().min(1).describe("A tool of the agent: Write, Edit, Read, Bash, …"),
  input: z.record(z.string(), z.json()).default({}),
});

const FileEdit = z.strictObject({
  file: z.string().min(1).describe("Path below the agent's working directory."),
  old: z.string().min(1).describe("Text to replace; it must stand in the file once."),
  new: z.string(),
});

const Turn = z
  .strictObject({
    says: z.string().optional().describe("Plain text of the turn."),
    thinking: z.string().optional().describe("Thinking shown before the text."),
    reads: oneOrMore.optional().describe("Files to read (tool Read)."),
    edits: z.array(FileEdit).min(1).optional().describe("Files to change (tools Read and Edit)."),
    writes: z.record(z.string(), z.string()).optional().describe("Files to write: path to content (tool Write)."),
    runs: oneOrMore.optional().describe("Commands to run (tool Bash)."),
    tools: z.array(ToolCall).min(1).optional().describe("Any other tool calls, in order."),
    structured: z
      .record(z.string(), z.json())
      .optional()
      .describe("The structured result, where the agent was started with a result schema."),
    delayMs: z.int().nonnegative().optional().describe("Wait before the first byte, in milliseconds."),
    usage: Usage.optional(),
    stopReason: z
      .enum(["end_turn", "tool_use", "max_tokens", "refusal", "pause_turn"])
      .optional()
      .describe("Default: tool_use when the turn calls a tool, else end_turn."),
    fault: Fault.optional().describe("What goes wrong before the turn is answered as written."),
  })
  .refine((turn) => Object.keys(turn).some((key) => key !== "usage" && key !== "delayMs"), {
    error: "An empty turn: give it says, writes, edits, runs, reads, tools or structured.",
  });

const Match = z.strictObject({
  role: z
    .string()
    .min(1)
    .optional()
    .describe("The prompt's line `Tutti role: …`: manager, worker, reviewer, resolver, …; any = no matter which."),
  task: oneOrMore.optional().describe("The prompt's line `Tutti task: …`; one key or a list."),
  attempt: z.int().positive().optional().describe("The prompt's line `Tutti attempt: …`."),
  contains: oneOrMore.optional().describe("Texts that all stand in the prompt."),
  matches: z
    .string()
    .refine(isPattern, { error: "Not a regular expression." })
    .optional()
    .describe("Regular expression on the prompt; ^ and $ match at line ends."),
  system: oneOrMore
    .optional()
    .describe("Texts that all stand in the system prompt: what a profile, or a subagent, is told."),
  model: z.string().min(1).optional().describe("Part of the model's name."),
});

const Rule = z.strictObject({
  name: z.string().min(1).optional().describe("Shown in records and errors."),
  match: Match.default({}),
  turns: z.array(Turn).min(1),
});

const Fallback = z.strictObject({ turns: z.array(Turn).min(1) });

const Quota = z.strictObject({
  turns: z
    .int()
    .nonnegative()
    .describe("Model turns that are answered, of all agents together, before the quota is used up."),
  resetAfterSeconds: z.number().positive().describe("From the first refusal until everything is answered again."),
});

const share = (window: string) =>
  z.number().min(0).max(1).describe(`Share of the ${window} window that is used.`).exactOptional();

const Limits = z.strictObject({
  fiveHour: share("five-hour"),
  sevenDay: share("seven-day"),
  isWarning: z.boolean().default(false).describe("The server warns that the fuller window is about to end."),
  resetAfterSeconds: z.number().positive().default(3600).describe("From each answer until the window ends."),
});

/** The scenario file, as YAML or JSON. */
export const ScenarioFile = z.strictObject({
  rules: z.array(Rule).describe("The first rule that matches the prompt answers it."),
  quota: Quota.optional().describe("The account's quota runs out in the middle of the work."),
  limits: Limits.optional().describe(
    "How much of the account's quota every good answer says is used (headers anthropic-ratelimit-unified-*).",
  ),
  usage: z
    .enum(["scripted", "counted"])
    .default("scripted")
    .describe(
      "What an answer says that it has used: the numbers of its turn, or what its request and itself really hold, at four characters " +
        "a token, with a prompt cache as the Messages API documents it.",
    ),
  fallback: Fallback.optional().describe("Answers what no rule matches. Default: a text that says so."),
});

export type Scenario = z.infer<typeof ScenarioFile>;
export type ScenarioRule = z.infer<typeof Rule>;
export type ScenarioTurn = z.infer<typeof Turn>;
export type ScenarioMatch = z.infer<typeof Match>;
export type ScenarioFault = z.infer<typeof Fault>;
export type StatusFault = z.infer<typeof StatusFault>;
export type ScenarioLimits = z.infer<typeof Limits>;
export type ToolCall = { readonly name: string; readonly input: JsonObject };
export type TurnUsage = z.infer<typeof Usage>;

/** JSON Schema (draft 2020-12) of a scenario file, for editors. */
export const scenarioJsonSchema = (): z.core.JSONSchema.BaseSchema => z.toJSONSchema(ScenarioFile, { io: "input" });

export const defaultUsage: TurnUsage = Usage.parse({});
