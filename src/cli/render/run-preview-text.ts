import type { RunPreview, TaskPreview } from "../../domain/cache/run-preview.ts";
import { counted, formatCost } from "./quantities.ts";
import { costRange } from "./range-text.ts";
import { textTable } from "./text-table.ts";

/** `cached, saves $0.1200`; `re-run: prompt and base have changed`. */
export function previewNote({ status, changed, savedUsd }: TaskPreview): string {
  if (status === "cached") return savedUsd === null ? "cached" : `cached, saves ${formatCost(savedUsd)}`;
  if (status === "goes-on") return "goes on";
  if (changed.length === 0) return status;
  const [last = "", ...others] = changed.toReversed();
  const names = others.length === 0 ? last : `${others.toReversed().join(", ")} and ${last}`;
  return `${status}: ${names} ${changed.length === 1 ? "has" : "have"} changed`;
}

/** Before a job goes on: what each of its tasks will cost. */
export function previewText(preview: RunPreview): string {
  const columns = [{ title: "task" }, { title: "cost", align: "right" as const }, { title: "what happens" }];
  const rows = preview.tasks.map((task) => [
    task.key,
    task.status === "done" ? "" : costRange(task.costUsd),
    previewNote(task),
  ]);
  return `${textTable(columns, rows)}${previewTotals(preview)}\n`;
}

/** `2 of 5 tasks are cached, which saves $0.2400; expected cost of the rest $0.1000–$0.4000` */
export function previewTotals({ tasks, costUsd, unpricedTasks, savedUsd }: RunPreview): string {
  const cached = tasks.filter(({ status }) => status === "cached").length;
  const saved = savedUsd > 0 ? `, which saves ${formatCost(savedUsd)}` : "";
  const verb = cached === 1 ? "is" : "are";
  const unpriced = unpricedTasks === 0 || costUsd === null ? "" : ` and ${counted(unpricedTasks, "unpriced task")}`;
  return `${cached} of ${counted(tasks.length, "task")} ${verb} cached${saved}; expected cost ${costRange(costUsd)}${unpriced}`;
}

/** One line of JSON. */
export const previewJson = (jobId: string, preview: RunPreview): string =>
  `${JSON.stringify({ type: "preview", jobId, ...preview })}\n`;
