import { createHash } from "node:crypto";

import { taskIdOf, type JobId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { AgentCall } from "../../workflow/host.ts";

/** What a call asks for, without the name of its task. */
export function requestOfCall(call: AgentCall): JsonObject {
  const { profile, prompt, title, model, maxCostUsd, path, ...other } = call;
  const { signal: _signal, node: _node, key: _key, parts: _parts, ...rest } = other;
  return {
    ...rest,
    prompt,
    title,
    agent: profile,
    metadata: { path },
    ...(model === undefined ? {} : { escalate: [model] }),
    ...(maxCostUsd === undefined ? {} : { budgetUsd: maxCostUsd }),
  };
}

/**
 * The name of a call's task: the profile, and a hash of where the call stands and what it asks for. So the same call is the same task,
 * also for a body that is begun anew; what it may cost is no part of it. What was cancelled or taken back before this body began is
 * not taken up again; what was cancelled since is what its call came to.
 */
export function keyOfCall(jobId: JobId, request: JsonObject, { known, since }: KnownTasks): string {
  const { budgetUsd: _budget, agent, ...content } = request;
  const digest = createHash("sha256")
    .update(JSON.stringify({ agent, ...content }))
    .digest("hex")
    .slice(0, 12);
  const words = (typeof agent === "string" ? agent : "agent").toLowerCase().match(/[a-z0-9]+/g) ?? ["agent"];
  const stem = `${words.join("-").slice(0, 40)}-${digest}`;
  const byId = new Map(known.map((task) => [task.id, task]));
  for (let n = 1; ; n += 1) {
    const key = n === 1 ? stem : `${stem}-${n}`;
    const task = byId.get(taskIdOf(jobId, key));
    if (task === undefined || task.status !== "cancelled" || isAfter(task, since)) return key;
  }
}

export type KnownTasks = {
  /** The job's tasks. */
  readonly known: readonly Task[];
  /** When the body began, in milliseconds since the epoch. */
  readonly since: number;
};

const isAfter = ({ endedAt = 0 }: Task, since: number): boolean => endedAt > since;
