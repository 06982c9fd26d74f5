import { z } from "zod";

import { limitsForAgent, type PartLimit } from "../domain/budget/part-limit.ts";
import type { JsonObject } from "../domain/json.ts";
import type { AgentRequest } from "./flow.ts";
import type { AgentCall } from "./host.ts";

export type ProfileRequest = { readonly profile: string; readonly request: AgentRequest };

export const requestOf = (profile: string, request: AgentRequest | string): ProfileRequest => ({
  profile,
  request: typeof request === "string" ? { prompt: request } : request,
});

type CallFacts = Pick<AgentCall, "path" | "node" | "key" | "signal"> & {
  /** Limits of the parts that it stands in, outermost first. */
  readonly around: readonly PartLimit[];
};

const jsonObject = z.record(z.string(), z.json());

/** What the host is asked for: plain data, with the form of the answer as JSON Schema. */
export function agentCall({ profile, request }: ProfileRequest, facts: CallFacts): AgentCall {
  const { result, title, ...rest } = request;
  const { around, ...place } = facts;
  return {
    ...rest,
    ...place,
    profile,
    title: title ?? titleOf(request.prompt),
    ...(around.length === 0 ? {} : { parts: limitsForAgent(around, request.maxCostUsd) }),
    ...(result === undefined ? {} : { resultSchema: schemaOf(result) }),
  };
}

const titleLength = 60;

function titleOf(prompt: string): string {
  const line = prompt.trim().split("\n", 1)[0] ?? "";
  return line.length <= titleLength ? line : `${line.slice(0, titleLength - 1)}…`;
}

/**
 * Without `$schema`: some agents' validators refuse a dialect that they don't know. What refers to itself does so by `$defs`, which
 * readers of every dialect find.
 */
function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _dialect, definitions, ...plain } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  const whole = definitions === undefined ? plain : { ...plain, $defs: definitions };
  return jsonObject.parse(JSON.parse(JSON.stringify(whole).replaceAll('"#/definitions/', '"#/$defs/')));
}
