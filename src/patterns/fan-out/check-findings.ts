import { z } from "zod";

import { errorFromJson } from "../../domain/errors.ts";
import { forward } from "../../domain/workflow/forward.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { isSpentForAll } from "../../workflow/spent-budget.ts";
import { promptText } from "../port.ts";
import type { AnyFanOut, Check, Verification } from "./fan-out-options.ts";

const opinion = z.object({ isConfirmed: z.boolean(), reason: z.string() });

type Checking = {
  readonly verify: Verification;
  readonly branch: string;
  readonly options: Pick<AnyFanOut, "failures" | "concurrency">;
};

/** Each finding of a branch by an agent that did not find it. */
export async function checkFindings(
  flow: WorkflowFlow,
  result: unknown,
  { verify, branch, options }: Checking,
): Promise<readonly Check[]> {
  const { findings = findingsOf, agent, prompt, ...request } = verify;
  const found = findings(result);
  const { concurrency, failures } = options;
  const opinions = await flow.settle(
    found.map((finding) => () => {
      const { text: forwarded } = forward([{ name: `finding of ${branch}`, value: finding }]);
      const told = promptText(prompt, { forwarded, branch, finding });
      return flow.agent(agent, { title: `check ${branch}`, access: "read", ...request, prompt: told, result: opinion });
    }),
    { label: `check ${branch}`, ...(concurrency === undefined ? {} : { concurrency }) },
  );
  return opinions.map((outcome, index): Check => {
    const finding = found[index];
    if (outcome.status === "completed") {
      const { isConfirmed, reason } = outcome.value;
      return { finding, verdict: isConfirmed ? "confirmed" : "refuted", reason };
    }
    if (failures !== "some" || isSpentForAll(outcome.error)) throw errorFromJson(outcome.error);
    return { finding, verdict: "unverified", reason: outcome.error.message };
  });
}

const findingsOf = (result: unknown): readonly unknown[] => (Array.isArray(result) ? result : [result]);
