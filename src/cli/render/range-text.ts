import type { Range } from "../../domain/plan/estimate.ts";
import { formatCost, formatDuration } from "./quantities.ts";

/** `2m 00s–5m 00s`: from the middle to the high end. */
export const durationRange = ({ p50, high }: Range): string => span(formatDuration(p50), formatDuration(high));

/** `$0.1000–$0.3000`, or `unpriced`. */
export const costRange = (cost: Range | null): string =>
  cost === null ? formatCost(null) : span(formatCost(cost.p50), formatCost(cost.high));

const span = (from: string, to: string): string => (from === to ? from : `${from}–${to}`);
