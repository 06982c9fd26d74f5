import { z } from "zod";

import { fileSchema, stepSchemas } from "./step-schemas.ts";

/** The JSON Schema of YAML workflows, for editors; what is between steps only the reader checks. */
export function workflowJsonSchemaText(): string {
  const steps = Object.values(stepSchemas).map(partOf);
  const file = partOf(fileSchema);
  const named = Object.fromEntries([file, ...steps].flatMap(({ definitions }) => Object.entries(definitions)));
  const $defs = {
    ...named,
    steps: { ...named["steps"], items: { $ref: "#/$defs/step" } },
    step: { anyOf: steps.map(({ schema }) => schema) },
  };
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A workflow of Tutti in YAML",
    ...file.schema,
    $defs,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Without the dialect; what has a name stands apart. */
function partOf(form: z.ZodType) {
  const { $schema: _dialect, $defs: definitions = {}, ...schema } = z.toJSONSchema(form, { io: "input" });
  return { schema, definitions };
}
