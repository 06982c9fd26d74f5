import { z } from "zod";

/** Short names that Claude Code itself resolves to the newest model of a family. */
export const modelAliases = ["opus", "sonnet", "haiku", "fable", "best"] as const;

/**
 * An alias, optionally with the suffix for the long context (`sonnet[1m]`), or a full name: it starts with `claude-`,
 * contains `anthropic.` (Bedrock) or a `/` (a gateway, an ARN).
 */
const modelPattern = new RegExp(`^(?:(?:${modelAliases.join("|")})(?:\\[1m\\])?|claude-\\S+|\\S*anthropic\\.\\S+|\\S*/\\S*)$`);

export const effortLevels = ["low", "medium", "high", "xhigh", "max"] as const;

const modelName = () =>
  z
    .string()
    .regex(modelPattern)
    .meta({ examples: [...modelAliases] });

const role = (does: string) => ({
  effort: z.enum(effortLevels).describe(`How hard the model that ${does} thinks. Default: the model's own.`).exactOptional(),
  description: z.string().describe("A note for people. Not sent to the model.").exactOptional(),
});

const inheriting = (does: string) =>
  z
    .strictObject({
      model: modelName().describe(`The model that ${does}. Default: the manager's.`).exactOptional(),
      ...role(does),
    })
    .prefault({})
    .describe(`The model that ${does}. Without a model here it is the manager.`);

const withDefault = (model: (typeof modelAliases)[number], does: string) =>
  z
    .strictObject({ model: modelName().default(model).describe(`The model that ${does}.`), ...role(does) })
    .prefault({})
    .describe(`The model that ${does}.`);

export const modelsSchema = z.strictObject({
  manager: withDefault("opus", "plans the job and sums it up"),
  worker: withDefault("sonnet", "does the tasks"),
  resolver: inheriting("resolves merge conflicts"),
  reviewer: inheriting("reviews finished tasks"),
});
