import type { TaskStatus } from "../../domain/task-status.ts";
import type { Colour } from "./style.ts";

type Sign = { readonly symbol: string; readonly colour: Colour };

const active: Sign = { symbol: "●", colour: "cyan" };

/** How each status is shown; every symbol is one column wide. */
export const taskSigns: Readonly<Record<TaskStatus, Sign>> = {
  pending: { symbol: "·", colour: "dim" },
  ready: { symbol: "○", colour: "dim" },
  leased: active,
  running: active,
  validating: active,
  integrating: { symbol: "▲", colour: "blue" },
  completed: { symbol: "✓", colour: "green" },
  failed: { symbol: "✗", colour: "red" },
  blocked: { symbol: "⊘", colour: "yellow" },
  waiting: { symbol: "?", colour: "yellow" },
  cancelled: { symbol: "–", colour: "dim" },
};

const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** One step each 100 milliseconds. */
export const spinnerAt = (now: number): string => spinner[Math.floor(now / 100) % spinner.length] ?? "●";
