import type { QualityReport } from "./quality-report.ts";
import { unjudgedStage, type QualitySettings } from "./quality-settings.ts";

/** Every stage judges files, and whoever only reads has changed none. */
export const judgeAnswerOnly = ({ stages }: Pick<QualitySettings, "stages">): QualityReport => ({
  stages: ["outputs", "commands", "diff", "review"].map((name) =>
    unjudgedStage(name, "Its agent may only read: there is no change.", stages[name]),
  ),
});
