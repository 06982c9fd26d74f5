/** Prepares a release: a branch, a change, a review. When the review refuses it, nothing of it is left. */
import { branchStep, commitStep, saga, workflow, type SagaStep } from "tutti";
import { z } from "zod";

const opinion = z.object({ isGood: z.boolean(), reason: z.string() });

const review: SagaStep<string> = {
  name: "review",
  do: async (flow) => {
    const prompt = "May this be released as it is?";
    const { isGood, reason } = await flow.agent("code-reviewer", { prompt, access: "read", result: opinion });
    if (!isGood) throw new Error(reason);
    return reason;
  },
  compensate: async () => undefined,
};

export const release = workflow(
  "release",
  {
    description: "Makes a release branch, writes the notes, has both reviewed; takes all back when the review says no",
    input: z.strictObject({ version: z.string() }),
    output: z.object({
      status: z.string(),
      because: z.string(),
      undone: z.array(z.string()),
      left: z.array(z.string()),
    }),
  },
  async (flow, { version }) => {
    const { status, failed, compensated, left } = await saga(flow, {
      steps: [
        branchStep({ name: "branch", branch: `release/${version}` }),
        commitStep({ name: "notes", agent: "builder", prompt: `Write the notes for ${version} into long.txt.` }),
        review,
      ],
    });
    const because = failed?.error.message ?? "every step is done";
    return { status, because, undone: [...compensated], left: left.map(({ name }) => name) };
  },
);
