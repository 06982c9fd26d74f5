/** Reads an issue and does what it is worth: a bug is fixed, a wish is designed, a question is answered. */
import { branch, workflow } from "tutti";
import { z } from "zod";

export const triage = workflow(
  "triage",
  {
    description: "Fixes a bug, designs a wish, answers a question",
    input: z.strictObject({ issue: z.string() }),
    output: z.object({ path: z.string(), because: z.string(), outcome: z.string() }),
  },
  async (flow, { issue }) => {
    const { decision, path, value } = await branch(flow, {
      input: { issue },
      decide: {
        agent: "analyzer",
        prompt: "What is this issue?",
        choices: {
          bug: "Something does not do what it says",
          wish: "Something could be better",
          question: "Somebody wants to know something",
        },
      },
      paths: {
        bug: (own, { reason }) => own.agent("bug-fixer", `Fix it: ${issue}. ${reason}`),
        wish: (own) => own.agent("designer", { prompt: `Propose a design: ${issue}`, access: "read" }),
        question: (own) => own.agent("explorer", { prompt: `Answer it: ${issue}`, access: "read" }),
      },
    });
    return { path, because: decision.reason, outcome: value };
  },
);
