import { z } from "zod";
import { modelAliases, modelNamePattern } from "../../domain/model-name.ts";

export { modelAliases } from "../../domain/model-name.ts";

/** Anything but an alias, which may mean another model tomorrow. */
export const fullModelNamePattern = new RegExp(`^(?!(?:${modelAliases.join("|")})(?:\\[1m\\])?$)\\S+$`);

export const effortLevels = ["low", "medium", "high", "xhigh", "max"] as const;

export const modelName = () =>
  z
    .string()
    .regex(modelNamePattern)
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
  z.strictObject({ model: modelName().default(model).describe(`The model that ${does}.`), ...role(does) });

const escalate = z
  .array(modelName())
  .min(1)
  .describe(
    "Models instead of `model`, cheap ones first: an attempt whose work failed its validation or its gates is followed by one " +
      "with the next. The last one stays.",
  )
  .exactOptional();

export const modelsSchema = z.strictObject({
  manager: withDefault("opus", "plans the job and sums it up")
    .prefault({})
    .describe("The model that plans the job and sums it up."),
  worker: withDefault("sonnet", "does the tasks")
    .extend({ escalate })
    .prefault({})
    .describe("The model that does the tasks."),
  resolver: inheriting("resolves merge conflicts"),
  reviewer: inheriting("reviews the merged result of a job"),
});
