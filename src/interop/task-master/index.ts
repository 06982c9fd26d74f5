export { exportJob, type ExportResult } from "./export-job.ts";
export { isItemId, itemsOf, type Found, type ItemId } from "./item-id.ts";
export { findTasksFile } from "./open-tasks-file.ts";
export { addTask, readTag, setStatus, updateSubtask, type TagPlace } from "./operations.ts";
export { planFromTaskMaster, tagOfPlan } from "./plan-from-task-master.ts";
export { type TaskMasterPriority } from "./priority.ts";
export { fromTaskMasterStatus, knownStatus, parseTaskMasterStatus } from "./status.ts";
