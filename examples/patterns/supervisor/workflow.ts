/** Works towards a goal until a reader is convinced and a command agrees. */
import { supervise, workflow } from "tutti";
import { z } from "zod";

export const deliver = workflow(
  "deliver",
  {
    description: "Delegates until the goal is reached and a check ends well",
    input: z.strictObject({ goal: z.string(), check: z.string() }),
    output: z.object({ status: z.string(), rounds: z.number(), work: z.array(z.string()), open: z.array(z.string()) }),
  },
  async (flow, { goal, check }) => {
    const { status, rounds, delegated, criteria } = await supervise(flow, {
      goal,
      workers: { builder: "implements what was described", explorer: "finds where things are" },
      acceptance: ["The goal is reached", { command: check, statement: "The check ends well" }],
      maxRounds: 4,
    });
    return {
      status,
      rounds,
      work: delegated.map(({ worker, title }) => `${worker}: ${title}`),
      open: criteria.filter(({ isMet }) => !isMet).map(({ statement }) => statement),
    };
  },
);
