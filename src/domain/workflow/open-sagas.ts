import type { WorkflowGraph, WorkflowNode } from "./graph.ts";

/** A saga that had not come to its end. */
export type OpenSaga = {
  readonly name: string;
  /** Steps that were done and whose compensation had not begun, in the order in which they are to be taken back. */
  readonly left: readonly string[];
  /** The step that was at work: it may be half done. */
  readonly underWay?: string;
  /** Steps of which nobody knows whether they are taken back: the compensation was at work, or had to be tried again. */
  readonly unsure: readonly string[];
  /** The signal upon which it would have taken everything back. */
  readonly undoSignal?: string;
};

/** The sagas of a run that was cut off, whose effects nobody takes back any more. Only what stands last can be open. */
export function openSagas({ nodes }: Pick<WorkflowGraph, "nodes">): readonly OpenSaga[] {
  return within(nodes, true);
}

/** @param isAlone - nothing went on beside it, so that the run was cut off in it */
function within(nodes: readonly WorkflowNode[], isAlone: boolean): readonly OpenSaga[] {
  const last = nodes.at(-1);
  if (last === undefined) return [];
  const own = last.pattern === "saga" ? openSaga(last, isAlone) : undefined;
  const inner = last.branches.flatMap((branch) => within(branch.nodes, isAlone && last.branches.length === 1));
  return own === undefined ? inner : [...inner, own];
}

function openSaga(node: WorkflowNode, isAlone: boolean): OpenSaga | undefined {
  const calls = node.branches.flatMap(({ nodes }) => nodes);
  const undoSignal = calls.find(({ kind }) => kind === "receive")?.name;
  const parts = calls.filter(({ kind }) => kind === "all");
  const steps: WorkflowNode[] = [];
  const undos: string[] = [];
  for (const part of parts) {
    const undone = part.name.startsWith(undoPrefix) ? part.name.slice(undoPrefix.length) : undefined;
    if (undone !== undefined && steps.some(({ name }) => name === undone)) undos.push(undone);
    else steps.push(part);
  }
  const current = steps.at(-1);
  if (current === undefined) return undefined;
  // It asks for the signal once a step is done, and before the next one.
  const isCurrentDone = calls.indexOf(current) < calls.findLastIndex(({ kind }) => kind === "receive");
  const isUndoing = undos.length > 0;
  if (!isAlone && !isUndoing && !isCurrentDone && hasEnded(current)) return undefined;
  const done = (isCurrentDone ? steps : steps.slice(0, -1)).map(({ name }) => name);
  const left = done.toReversed().filter((name) => !undos.includes(name));
  const unsure = [
    ...new Set(undos.filter((name, index) => index === undos.length - 1 || undos.indexOf(name) !== index)),
  ];
  const underWay = isUndoing || isCurrentDone ? {} : { underWay: current.name };
  if (left.length + unsure.length === 0 && underWay.underWay === undefined) return undefined;
  return { name: node.name, left, unsure, ...underWay, ...(undoSignal === undefined ? {} : { undoSignal }) };
}

/** What a compensation is called in the graph, before the name of its step. */
const undoPrefix = "undo ";

/** One that has called nothing yet has only begun. */
const hasEnded = ({ status, branches }: WorkflowNode): boolean =>
  (status === "completed" || status === "failed") && branches.some(({ nodes }) => nodes.length > 0);
