import type { Part } from "../../domain/workflow/forward.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions, doWork, forwardParts, isOwnWork, partFailed, type ResultOf } from "../port.ts";
import { scoreOf } from "./evaluate.ts";
import { bestOf, endOf, type Iteration, type Limits } from "./progress.ts";
import { refineSchema, type AnyRefine, type Produce, type RefineEnded, type RefineOptions } from "./refine-options.ts";
import { restoreBest, tipOf } from "./restore-best.ts";

/**
 * Tries, each judged, until one is good enough, nothing is gained any more, or there have been enough. The best counts, not the last.
 * @throws {TuttiError} `WORKFLOW_INVALID` for options that are none, or what an iteration failed with
 */
export function refine<const P extends Produce>(
  flow: WorkflowFlow,
  options: RefineOptions<P, ResultOf<P>>,
): Promise<RefineEnded<ResultOf<P>>>;
export async function refine(flow: WorkflowFlow, options: AnyRefine): Promise<unknown> {
  checkOptions("refine", refineSchema, options);
  return flow.group(options.label ?? "refine", () => untilGood(flow, options), { pattern: "iterative-refinement" });
}

type Try = Iteration & { readonly result: unknown };

async function untilGood(flow: WorkflowFlow, options: AnyRefine): Promise<RefineEnded<unknown>> {
  const limits = limitsOf(options);
  const tries: Try[] = [];
  for (;;) {
    const made = await tried(flow, options, tries);
    tries.push(made);
    await flow.log(`Iteration ${made.iteration}: score ${made.score}`, recordOf(made));
    const status = endOf(tries, limits);
    if (status === undefined) continue;
    const best = bestOf(tries) ?? made;
    const files = await restoreBest(flow, options, { best, last: made });
    await flow.log(`Ends (${status}) with iteration ${best.iteration}, score ${best.score}`);
    const { result, iteration, score } = best;
    return { status, best: result, bestIteration: iteration, score, iterations: tries.map(recordOf), files };
  }
}

function limitsOf({ threshold = 0.8, maxIterations = 5, plateau = {}, evaluate }: AnyRefine): Limits {
  const isPassOrFail = typeof evaluate === "object" && "command" in evaluate && evaluate.score === undefined;
  const isOff = plateau === false || (isPassOrFail && Object.keys(plateau).length === 0);
  return { threshold, maxIterations, plateau: isOff ? false : { iterations: 2, minGain: 0.01, ...plateau } };
}

async function tried(flow: WorkflowFlow, options: AnyRefine, tries: readonly Try[]): Promise<Try> {
  const iteration = tries.length + 1;
  const best = bestOf(tries);
  try {
    return await flow.group(`iteration ${iteration}`, async () => {
      const result = await produced(flow, options, tries);
      const { commit } = await tipOf(flow, options);
      const { score, feedback } = await scoreOf(flow, options, { result, iteration });
      return {
        ...{ iteration, score, result },
        ...(feedback === undefined ? {} : { feedback }),
        ...(commit === undefined ? {} : { commit }),
      };
    });
  } catch (thrown) {
    const sofar =
      best === undefined ? "nothing before it" : `best before it: iteration ${best.iteration}, score ${best.score}`;
    throw partFailed(flow, thrown, {
      what: `Iteration ${iteration} (${sofar})`,
      context: { iteration, iterations: tries.map(recordOf) },
    });
  }
}

async function produced(flow: WorkflowFlow, options: AnyRefine, tries: readonly Try[]): Promise<unknown> {
  const { produce, input, maxForwardedChars } = options;
  const best = bestOf(tries);
  const feedback = tries.at(-1)?.feedback;
  const iteration = tries.length + 1;
  const forwarded = await forwardParts(flow, partsOf(input, tries), maxForwardedChars);
  const given = {
    ...{ forwarded, iteration, input, iterations: tries.map(recordOf) },
    ...(best === undefined ? {} : { best }),
    ...(feedback === undefined ? {} : { feedback }),
  };
  const titled = isOwnWork(produce) ? produce : { title: `iteration ${iteration}`, ...produce };
  return doWork(flow, titled, given);
}

function partsOf(input: AnyRefine["input"], tries: readonly Try[]): readonly Part[] {
  const best = bestOf(tries);
  const last = tries.at(-1);
  const given = input === undefined ? [] : [{ name: "input", value: input }];
  if (best === undefined || last === undefined) return given;
  const name = `best so far: iteration ${best.iteration}, score ${best.score}`;
  const parts = [...given, { name, value: best.result }, { name: "feedback on it", value: best.feedback ?? "none" }];
  if (last.iteration === best.iteration) return parts;
  const worse = `feedback on iteration ${last.iteration}, which scored ${last.score}`;
  return [...parts, { name: worse, value: last.feedback ?? "none" }];
}

const recordOf = ({ result: _result, ...iteration }: Try): Iteration => iteration;
