import { z } from "zod";

export const requirementStatuses = ["met", "unmet", "unclear"] as const;

/** As many as one answer may list. */
export const mostRequirements = 30;

const points = z.int().min(0).max(4);

/** The reasons stand before the verdict, because a model writes in this order. */
const requirementSchema = z.object({
  asked: z.string().describe("One thing that the task asks for, in its own words."),
  quote: z
    .string()
    .describe("The one line of the change or of a file shown that decides it, exactly as it stands; may be empty."),
  why: z.string().describe("One sentence: how that line makes it so, or what is wrong."),
  status: z.enum(requirementStatuses),
});

/** What a model is asked for when it reviews a change. */
export const reviewOpinionSchema = z.object({
  requirements: z.array(requirementSchema).min(1).max(mostRequirements),
  criteria: z.object({
    asked: points.describe("Does the change do what the task asks, all of it?"),
    correct: points.describe("Is it right, at the edges too?"),
    tested: points.describe("Is what is new covered by tests, as far as the project has tests?"),
    contained: points.describe("Does it leave alone what the task does not speak of?"),
    readable: points.describe("Could a colleague maintain it?"),
  }),
  findings: z.array(z.object({ path: z.string(), message: z.string() })).max(20),
});

export type ReviewOpinion = z.output<typeof reviewOpinionSchema>;

export type ReviewedRequirement = ReviewOpinion["requirements"][number];
