import { z } from "zod";

import { breakpointKinds } from "./answers.ts";
import { factNames, typeOfFact, type FactName } from "./facts.ts";
import { ruleActions, type Condition } from "./rule.ts";

const filled = z.string().min(1);
const patterns = z.union([filled.transform((one) => [one]), z.array(filled).min(1)]);

const isNotEmpty = (value: object): boolean => Object.values(value).some((part) => part !== undefined);

const numberTest = z.union([
  z.number().transform((is) => ({ is })),
  z
    .strictObject({
      is: z.number().optional(),
      above: z.number().optional(),
      below: z.number().optional(),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
    })
    .refine(isNotEmpty),
]);

const textTest = patterns.transform((oneOf) => ({ oneOf }));

const listTest = z.union([
  patterns.transform((any) => ({ any })),
  z.strictObject({ any: patterns.optional(), all: patterns.optional(), none: patterns.optional() }).refine(isNotEmpty),
]);

const tests = {
  number: numberTest,
  text: textTest,
  path: textTest,
  flag: z.boolean(),
  paths: listTest,
  names: listTest,
};

/** What a test of each type of fact looks like, for messages. */
export const testForms: Readonly<Record<keyof typeof tests, string>> = {
  number: "a number, or { above, below, atLeast, atMost }",
  text: 'a text such as "Bash", or a list of them',
  path: 'a glob such as "docs/**", or a list of them',
  flag: "true or false",
  paths: "a glob, or { any: …, all: …, none: … }",
  names: "a name, or { any: …, all: …, none: … }",
};

const testOf = (name: FactName) => tests[typeOfFact(name)].optional();

const factTests = Object.fromEntries(factNames.map((name) => [name, testOf(name)]));

export const conditionKeys: readonly string[] = [...factNames, "all", "any", "not", "custom"];

const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.strictObject({
    ...factTests,
    all: z.array(conditionSchema).min(1).optional(),
    any: z.array(conditionSchema).min(1).optional(),
    not: conditionSchema.optional(),
    custom: filled.optional(),
  }),
);

const kind = z.enum(breakpointKinds);

const ruleSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  on: z.union([kind.transform((one) => [one]), z.array(kind).min(1)]),
  when: conditionSchema.optional(),
  action: z.enum(ruleActions),
  priority: z.int().default(0),
  timeoutMs: z.int().positive().optional(),
  message: filled.optional(),
});

export const ruleKeys: readonly string[] = Object.keys(ruleSchema.shape);

export const ruleFileSchema = z.strictObject({ rules: z.array(ruleSchema) });
