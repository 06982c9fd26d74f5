/** Short names that Claude Code itself resolves to the newest model of a family. */
export const modelAliases = ["opus", "sonnet", "haiku", "fable", "best"] as const;

/**
 * An alias, optionally with the suffix for the long context (`sonnet[1m]`), or a full name: it starts with `claude-`,
 * contains `anthropic.` (Bedrock) or a `/` (a gateway, an ARN).
 */
export const modelNamePattern = new RegExp(
  `^(?:(?:${modelAliases.join("|")})(?:\\[1m\\])?|claude-\\S+|\\S*anthropic\\.\\S+|\\S*/\\S*)$`,
);
