import { z } from "zod";

import { qualityRules, type QualityRule } from "../../domain/quality/rules/quality-rules.ts";
import { answerRuleNames } from "../../domain/validate/answer-rules.ts";
import { durationMs, filledText } from "./scalars.ts";

const share = () => z.number().min(0).max(1);

const stageSchema = z.strictObject({
  threshold: share().default(0).describe("A lower score, from 0 to 1, is not good enough."),
  weight: z.number().min(0).max(1000).default(1).describe("Its share in the whole score."),
});

/** What stands here is merged over what is usual for the stage. */
export const usualStages = {
  outputs: { threshold: 1, weight: 1 },
  commands: { threshold: 1, weight: 3 },
  diff: { threshold: 0, weight: 2 },
  review: { threshold: 0.6, weight: 2 },
} as const;

const isRule = (name: string): name is QualityRule => name in qualityRules;

const ruleNames = Object.keys(qualityRules).filter(isRule);

export const qualitySchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Judge the answer and the change besides the gates. `false`: gates alone."),
  stages: z
    .record(filledText(), stageSchema)
    .default({})
    .meta({ examples: [{ review: { threshold: 0.7, weight: 2 } }] })
    .describe("Threshold and weight by stage: `outputs`, `commands`, `diff`, `review`, or a plugin's own."),
  rules: z
    .partialRecord(z.enum(ruleNames), z.enum(["blocker", "note", "off"]))
    .default({})
    .meta({ examples: [{ "todo-added": "blocker", "tests-skipped": "note" }] })
    .describe("What a finding means: `blocker` refuses the work, `note` only lowers the score, `off` does not look."),
  answer: z
    .partialRecord(z.enum(answerRuleNames), z.boolean())
    .default({})
    .meta({ examples: [{ "claim-false": false }] })
    .describe("Checks of what the agent says; `false` leaves one out."),
  forbiddenPaths: z
    .array(filledText())
    .default([])
    .meta({ examples: [["infra/**", "**/*.pem"]] })
    .describe("Globs of files that no attempt may change, not even with a person's consent."),
  maxFiles: z.int().min(1).default(100).describe("A change of more files is noted."),
  maxLines: z.int().min(1).default(3000).describe("A change of more lines is noted."),
  maxFileKb: z.int().min(1).default(1024).describe("An added file of more kilobytes is noted."),
  review: z
    .union([z.boolean(), z.literal("required")])
    .default(true)
    .describe(
      "Have the supervisor's model, where there is one, review what the rules let pass: what it finds missing is refused, what it isn't sure of is for a person. `required`: a person is asked, too, when no model answers.",
    ),
  compareWithBase: z
    .boolean()
    .default(true)
    .describe("Run a gate that failed once on the base too, where its output can be read, to tell new failures from old ones."),
  redAtBase: z
    .enum(["refuse", "accept"])
    .default("refuse")
    .describe("A gate whose failures were all there before: red is red, or only new failures count."),
  unproved: z
    .enum(["accept", "ask"])
    .default("accept")
    .describe("Work that nothing refuses and whose behaviour nothing judged: accept it and say so, or ask a person."),
  proveOnBase: z
    .boolean()
    .default(false)
    .describe("Run the gates once more without the change but with its tests: what fails there and passes with it is proved."),
  pluginTimeoutMs: durationMs().default(60_000).describe("Longest time for a plugin's stage; then it has not judged."),
});
