import { z } from "zod";

import type { JsonObject } from "../json.ts";
import { planTaskSchema, type PlanTask } from "./plan-schema.ts";

export type { TaskAccess } from "./plan-schema.ts";

/** A task as it is stored: a plan's entry, and what only the job API can say besides. */
export type TaskSpec = PlanTask & {
  /** Name of the group that it belongs to. Has no effect on order. */
  readonly partOf?: string;
  /** The caller's own facts: kept and given back, never shown to an agent. */
  readonly metadata?: JsonObject;
  /** Of one attempt, in milliseconds; absent = the project's setting. */
  readonly timeoutMs?: number;
  /** What all attempts together may cost, in US dollars; absent = the project's setting. */
  readonly budgetUsd?: number;
  /** JSON Schema of the answer that the agent must end with; absent = plain text. */
  readonly resultSchema?: JsonObject;
};

const jsonObject = z.record(z.string(), z.json());

/** What a caller says about a task: everything but the prompt may be left out. */
export const taskRequestSchema = planTaskSchema.omit({ parent: true }).extend({
  key: planTaskSchema.shape.key.exactOptional(),
  title: planTaskSchema.shape.title.exactOptional(),
  parentTaskId: z.string().min(1).exactOptional(),
  partOf: z.string().min(1).exactOptional(),
  metadata: jsonObject.exactOptional(),
  timeoutMs: z.int().positive().exactOptional(),
  budgetUsd: z.number().positive().exactOptional(),
  resultSchema: jsonObject.exactOptional(),
});

/** `dependsOn` and `parentTaskId` name tasks by id or by key. */
export type TaskRequest = z.input<typeof taskRequestSchema>;

/** A request that nobody has looked at yet, such as a line of a file. */
export type RawTaskRequest = TaskRequest | JsonObject;
