import { z } from "zod";
import { agentSchema } from "./agent.ts";
import { agentsSchema } from "./agents.ts";
import { budgetSchema } from "./budget.ts";
import { checkpointsSchema } from "./checkpoints.ts";
import { decisionsSchema } from "./decisions.ts";
import { executionSchema } from "./execution.ts";
import { gateSchema } from "./gates.ts";
import { modelsSchema } from "./models.ts";
import { monitoringSchema } from "./monitoring.ts";
import { qualitySchema } from "./quality.ts";
import { promptsSchema } from "./prompts.ts";
import { filledText } from "./scalars.ts";
import { supervisorSchema } from "./supervisor.ts";
import { watchSchema } from "./watch.ts";
import { workflowsSchema } from "./workflows.ts";
import { workspaceSchema } from "./workspace.ts";

/** The one description of the settings: types, validation, defaults, JSON Schema and explanations all come from it. */
export const configSchema = z.strictObject({
  $schema: z.string().describe("Where an editor finds the schema of this file.").exactOptional(),
  models: modelsSchema.prefault({}).describe("Which model does what."),
  execution: executionSchema.prefault({}).describe("How many at once, how long, how often."),
  monitoring: monitoringSchema.prefault({}).describe("Progress and logs."),
  agent: agentSchema.prefault({}).describe("The coding agent and what it may do."),
  agents: agentsSchema.default({}).describe("Agent profiles, by name: changes to those that are there, and new ones."),
  workspace: workspaceSchema.prefault({}).describe("The isolated copies that agents work in."),
  watch: watchSchema.prefault({}).describe("The history of the files that an attempt changes."),
  gates: z.array(gateSchema).default([]).describe("Commands that must pass before work is accepted."),
  quality: qualitySchema.prefault({}).describe("How work is judged besides its gates."),
  plugins: z
    .array(filledText())
    .default([])
    .meta({ examples: [["./tutti.plugin.ts"]] })
    .describe("Programs of the project's own that add quality stages, test runners, breakpoint conditions or model servers."),
  supervisor: supervisorSchema.prefault({}).describe("The language model that reviews and advises where rules can't tell. None by default."),
  prompts: promptsSchema.prefault({}).describe("What agents are told."),
  budget: budgetSchema.prefault({}).describe("Limits on what may be spent."),
  workflows: workflowsSchema.prefault({}).describe("Durable workflows."),
  checkpoints: checkpointsSchema.prefault({}).describe("Moments of a job that one can go back to."),
  decisions: decisionsSchema.prefault({}).describe("What becomes of an attempt, and how sure one has to be."),
  protectedPaths: z
    .array(filledText())
    .default([".claude/**", ".mcp.json", "CLAUDE.md", ".tutti/**", "tutti.config.*"])
    .describe("Globs of files that agents change only with a person's consent."),
});
