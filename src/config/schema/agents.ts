import { z } from "zod";
import { effortLevels, modelName } from "./models.ts";
import { filledText } from "./scalars.ts";

const profile = z.strictObject({
  description: filledText().describe("When to use it. Managers and other agents choose by it.").exactOptional(),
  prompt: filledText().describe("Its role: appended to the agent's own system prompt.").exactOptional(),
  model: modelName().describe("Its model. Default: the one that the task would have without it.").exactOptional(),
  effort: z.enum(effortLevels).describe("How hard its model thinks.").exactOptional(),
  tools: z
    .array(filledText())
    .describe("All the tools that it has. Default: those that its access allows.")
    .exactOptional(),
  disallowedTools: z.array(filledText()).describe("Tools that it does not have.").exactOptional(),
  access: z
    .enum(["read", "edit"])
    .describe("`read`: it looks and changes nothing. Default: `edit`, or what `tools` come to.")
    .exactOptional(),
});

/** A name of several words is joined with `-`, as in Claude Code's own agent files. */
const profileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/);

export const agentsSchema = z.record(profileName, profile);
