import type { WorkflowGraph, WorkflowNode } from "../../../domain/workflow/graph.ts";
import { graphOfTrace, type WorkflowTrace } from "../../../domain/workflow/trace.ts";
import type { JobView } from "./job-view.ts";
import { counted } from "../quantities.ts";
import type { Style } from "../style.ts";
import { cut } from "../terminal-text.ts";
import { workflowTree } from "../workflow-tree.ts";

export type LiveWorkflowOptions = {
  readonly columns: number;
  /** Lines at the most. */
  readonly rows: number;
  readonly now: number;
  readonly style: Style;
};

/** The calls of a running workflow, with what its agents do just now. Without room for all, parts that have ended fold up. */
export function liveWorkflow(
  { tasks, placeOf, status }: Pick<JobView, "tasks" | "placeOf" | "status">,
  trace: WorkflowTrace,
  { columns, rows, now, style }: LiveWorkflowOptions,
): readonly string[] {
  const taskText = (id: string): string | undefined => {
    const place = placeOf.get(id);
    const task = place === undefined ? undefined : tasks[place];
    return task?.activity?.text ?? task?.reason ?? task?.title;
  };
  const isMoving = status !== "interrupted";
  const draw = (graph: WorkflowGraph): readonly string[] =>
    workflowTree(graph, { columns, style, taskText, ...(isMoving ? { now } : {}) });
  const graph = graphOfTrace(trace);
  const lines = draw(graph);
  if (lines.length <= rows) return lines;
  const folded = draw({ ...graph, nodes: graph.nodes.map(foldEnded) });
  if (folded.length <= rows) return folded;
  const hidden = folded.length - Math.max(0, rows - 1);
  return [style("dim", cut(`… ${counted(hidden, "line")} above`, columns)), ...folded.slice(hidden)];
}

function foldEnded(node: WorkflowNode): WorkflowNode {
  if (node.status === "completed") return { ...node, branches: [] };
  const branches = node.branches.map((branch) => ({ ...branch, nodes: branch.nodes.map(foldEnded) }));
  return { ...node, branches };
}
