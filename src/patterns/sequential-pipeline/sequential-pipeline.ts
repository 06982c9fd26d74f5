import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import {
  checkOptions,
  doWork,
  forwardParts,
  functionOption,
  labelOption,
  namedWorksOption,
  partFailed,
  type Given,
  type NamedWork,
  type ResultOf,
} from "../port.ts";

/** What a stage is given. */
export type SoFar = Given & {
  readonly input: Json | undefined;
  /** What each stage came to, by its name. */
  readonly results: Readonly<Record<string, unknown>>;
  /** What the stage before came to. */
  readonly last: unknown;
};

export type PipelineStage = NamedWork<SoFar>;

export type PipelineOptions<Stages extends readonly PipelineStage[]> = {
  /** One after the other. A text prompt gets the input and all earlier results as data; a function makes its own of them. */
  readonly stages: Stages;
  /** What the first stage begins with. */
  readonly input?: Json;
  /** Looked at after each stage: `true` ends the pipeline there, as `stopped`. */
  readonly stopWhen?: (soFar: Omit<SoFar, "forwarded"> & { readonly stage: string }) => boolean;
  /** Of what one prompt gets of earlier results. Default 40,000. */
  readonly maxForwardedChars?: number;
  /** In the graph. Default `pipeline`. */
  readonly label?: string;
};

type Results<Stages extends readonly PipelineStage[]> = {
  readonly [Stage in Stages[number] as Stage["name"]]: ResultOf<Stage>;
};

type Last<Stages extends readonly PipelineStage[]> = Stages extends readonly [...unknown[], infer Final]
  ? ResultOf<Final>
  : ResultOf<Stages[number]>;

export type PipelineCompleted<Stages extends readonly PipelineStage[]> = {
  readonly status: "completed";
  readonly results: Results<Stages>;
  /** What the last stage came to. */
  readonly last: Last<Stages>;
};

export type PipelineStopped<Stages extends readonly PipelineStage[]> = {
  /** `stopWhen` said so. */
  readonly status: "stopped";
  readonly stoppedAfter: Stages[number]["name"];
  readonly results: Partial<Results<Stages>>;
  readonly last: ResultOf<Stages[number]>;
};

/**
 * Stages one after the other, each with what the earlier ones came to. The first that fails ends it: the error says which one
 * it was and what was done before.
 * @throws {TuttiError} `WORKFLOW_INVALID` for options that are none, or what the stage failed with
 */
export function sequentialPipeline<const Stages extends readonly PipelineStage[]>(
  flow: WorkflowFlow,
  options: PipelineOptions<Stages> & { readonly stopWhen?: never },
): Promise<PipelineCompleted<Stages>>;
export function sequentialPipeline<const Stages extends readonly PipelineStage[]>(
  flow: WorkflowFlow,
  options: PipelineOptions<Stages>,
): Promise<PipelineCompleted<Stages> | PipelineStopped<Stages>>;
export async function sequentialPipeline(flow: WorkflowFlow, options: AnyOptions): Promise<unknown> {
  checkOptions("sequentialPipeline", optionsSchema, options);
  return flow.group(options.label ?? "pipeline", () => throughStages(flow, options), {
    pattern: "sequential-pipeline",
  });
}

type AnyOptions = PipelineOptions<readonly PipelineStage[]>;

async function throughStages(flow: WorkflowFlow, options: AnyOptions): Promise<unknown> {
  const { stages, input, stopWhen, maxForwardedChars } = options;
  const results: Record<string, unknown> = {};
  let last: unknown;
  for (const stage of stages) {
    const before = input === undefined ? [] : [{ name: "input", value: input }];
    const earlier = Object.entries(results).map(([name, value]) => ({ name, value }));
    const forwarded = await forwardParts(flow, [...before, ...earlier], maxForwardedChars);
    last = await stageResult(flow, stage, { input, results: { ...results }, last, forwarded });
    results[stage.name] = last;
    if (stopWhen?.({ input, results: { ...results }, last, stage: stage.name }) === true) {
      await flow.log(`The pipeline stops after ${stage.name}`);
      return { status: "stopped", stoppedAfter: stage.name, results, last };
    }
  }
  return { status: "completed", results, last };
}

async function stageResult(flow: WorkflowFlow, stage: PipelineStage, soFar: SoFar): Promise<unknown> {
  try {
    return await doWork(flow, stage, soFar);
  } catch (thrown) {
    const done = Object.keys(soFar.results);
    const after = done.length === 0 ? "the first one" : `after ${done.join(", ")}`;
    throw partFailed(flow, thrown, {
      what: `Stage ${stage.name} (${after})`,
      context: { stage: stage.name, done },
    });
  }
}

const optionsSchema = z.strictObject({
  stages: namedWorksOption,
  input: z.json().exactOptional(),
  stopWhen: functionOption.exactOptional(),
  maxForwardedChars: z.number().int().positive().exactOptional(),
  label: labelOption,
});
