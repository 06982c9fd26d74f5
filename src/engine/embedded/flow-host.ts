import type { TuttiError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { CallRun, StepContext } from "../port.ts";
import type { LabelOf } from "./engine-context.ts";
import type { Entry, Place } from "./journal.ts";
import type { Lease } from "./lease.ts";

/** What a flow asks of the execution that it belongs to, or of the branch of a race that it is a part of. */
export interface FlowHost {
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** What the author of the workflow calls a call. */
  readonly labelOf: LabelOf | undefined;
  /** @throws why the run goes no further here */
  refuseIfInterrupted(): void;
  /** What is recorded at this place. @throws {TuttiError} `ENGINE_WORKFLOW_CHANGED` */
  recall(place: Place): Entry | undefined;
  enterAll(scope: string, position: number, branchCount: number): void;
  /** The body or a branch has come to its end, one way or another. */
  leave(scope: string): void;
  perform(place: Place, step: PlannedStep): Promise<Entry>;
  draw(place: Place, kind: "now" | "random" | "uuid"): Promise<Entry>;
  sleep(place: Place, durationMs: number): Promise<void>;
  receive(place: Place, timeoutMs: number | undefined): Promise<Entry>;
  /** What is recorded of a race. */
  recallRace(place: Place): Entry | undefined;
  /** Records who won, or why all failed. Each branch has a host of its own, which aborts it when it lost. */
  race(place: Place, branches: readonly RaceBranch[], concurrency: number): Promise<Entry>;
  /** @returns the child's output as JSON text */
  call(place: Place, request: CallRun): Promise<string>;
  /** Fails the run whatever its body makes of it. @returns the error, to be thrown */
  poison(error: TuttiError): TuttiError;
}

export type PlannedStep = { readonly key: string; readonly effect: (step: StepContext) => Promise<Json> };

export type RaceBranch = (host: FlowHost) => Promise<Json>;
