import type { StoredEvent } from "../events.ts";
import { workflowGraph, type TimedNote, type WorkflowEnding, type WorkflowGraph } from "./graph.ts";

/** What the events of a job tell of the newest body of its workflow. */
export type WorkflowTrace = {
  readonly name: string;
  /** Of the body, from 1. */
  readonly number: number;
  readonly notes: readonly TimedNote[];
  readonly ending: WorkflowEnding | undefined;
};

/** Folds one event in; `undefined` before the workflow has begun. Of a body that was begun anew only the newest counts. */
export function traceWorkflow(trace: WorkflowTrace | undefined, event: StoredEvent): WorkflowTrace | undefined {
  switch (event.type) {
    case "workflow-started": {
      const { name, number } = event.data;
      return trace !== undefined && trace.number >= number ? trace : { name, number, notes: [], ending: undefined };
    }
    case "workflow-node": {
      const { number, ...note } = event.data;
      return trace?.number === number ? { ...trace, notes: [...trace.notes, { ...note, at: event.at }] } : trace;
    }
    case "workflow-ended":
      return trace?.number === event.data.number ? { ...trace, ending: event.data.status } : trace;
    default:
      return trace;
  }
}

export const graphOfTrace = ({ notes, ending }: WorkflowTrace): WorkflowGraph => workflowGraph(notes, ending);
