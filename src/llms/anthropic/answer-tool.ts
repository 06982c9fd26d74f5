import type Anthropic from "@anthropic-ai/sdk";

import type { JsonObject } from "../../domain/json.ts";
import { objectSchema } from "../object-answer.ts";

export const toolFor = (schema: JsonObject): Anthropic.Tool => ({
  name: "answer",
  description: "Give your answer. Call it exactly once; nothing else you write is read.",
  input_schema: objectSchema(schema),
});
