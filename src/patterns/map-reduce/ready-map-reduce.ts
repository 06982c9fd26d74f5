import { z } from "zod";

import { workflow } from "../../workflow/workflow.ts";
import { agentFields, failureFacts, plainAgentWork } from "../port.ts";
import { mapReduce, type MapReduceResult } from "./map-reduce.ts";
import type { MapGiven } from "./options.ts";

const agent = agentFields.agent.default("analyzer");
const positive = z.int().positive().exactOptional();

const input = z
  .strictObject({
    items: z.array(z.string().trim().min(1)).exactOptional().describe("What is worked on: paths, questions, texts"),
    split: plainAgentWork.extend({ agent }).exactOptional().describe("Instead of items: who finds them"),
    map: plainAgentWork.extend({ agent }).describe("What is done with each item; {{item}} stands for it"),
    reduce: plainAgentWork
      .extend({ agent, maxTokens: z.int().min(1_000).exactOptional(), fanIn: z.int().min(2).exactOptional() })
      .describe("What makes one result of the results"),
    failures: z.enum(["some", "all"]).exactOptional().describe("all: one failure fails the whole. Default some"),
    minSuccesses: positive,
    concurrency: positive,
    maxItems: positive,
  })
  .refine(({ items, split }) => (items === undefined) !== (split === undefined), "give either items or split");

const itemReport = z.strictObject({
  name: z.string(),
  status: z.enum(["completed", "failed"]),
  error: failureFacts.exactOptional(),
  shortenedFrom: z.number().exactOptional(),
});

const output = z.strictObject({
  status: z.enum(["completed", "partial", "empty"]),
  result: z.string().nullable(),
  items: z.array(itemReport),
  levels: z.number(),
  reduceCalls: z.number(),
});

const place = "{{item}}";

const promptFor = (prompt: string, { item, forwarded }: MapGiven<string>): string =>
  prompt.includes(place) ? prompt.replaceAll(place, () => item) : `${prompt}\n\n${forwarded}`;

/** `tutti workflow run map-reduce` */
export const readyMapReduce = workflow(
  "map-reduce",
  {
    input,
    output,
    pattern: "map-reduce",
    description: "Works on each item of a list, side by side, and makes one result of the results",
  },
  async (flow, { items, split, map, ...rest }) => {
    const steps = { ...rest, map: { ...map, prompt: (given: MapGiven<string>) => promptFor(map.prompt, given) } };
    if (split !== undefined) return outputOf(await mapReduce(flow, { split, ...steps }));
    return outputOf(await mapReduce(flow, { items: items ?? [], ...steps }));
  },
);

/** Of failed items their reports tell. */
const outputOf = ({ failed: _failed, ...result }: MapReduceResult<string>) => ({ ...result, items: [...result.items] });
