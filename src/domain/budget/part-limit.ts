import { TuttiError } from "../errors.ts";

/** What a part of a workflow may cost, as it holds for one of its agents. */
export type PartLimit = {
  /** Of the part: names from the workflow's root. */
  readonly path: string;
  readonly limitUsd: number;
  /** How many agents like this one there is room for at once under the limit. */
  readonly sharers: number;
};

/**
 * The limits as they hold for an agent that is about to begin.
 * @param around - outermost first; `sharers` counts the branches between the part and the agent
 * @param ownUsd - what the agent may cost by itself: then it sets that aside, and not what its branch would get
 */
export const limitsForAgent = (around: readonly PartLimit[], ownUsd: number | undefined): readonly PartLimit[] =>
  ownUsd === undefined ? around : around.map((part) => ({ ...part, sharers: Math.max(1, part.limitUsd / ownUsd) }));

/** The limits within branches of which so many run at once. */
export const limitsInBranches = (around: readonly PartLimit[], branches: number): readonly PartLimit[] =>
  around.map((part) => ({ ...part, sharers: part.sharers * Math.max(1, branches) }));

/** No agent of the part begins, or goes on. */
export const partExceeded = ({ path, limitUsd }: Pick<PartLimit, "path" | "limitUsd">): TuttiError =>
  new TuttiError("BUDGET_EXCEEDED", `The part ${path} of the workflow has used up its limit of ${limitUsd} USD`, {
    hint: "Give flow.budget a larger limit, or leave work out",
    context: { level: "part", path, limitUsd },
  });
