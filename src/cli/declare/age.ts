import { InvalidArgumentError } from "commander";

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `90m`, `12h`, `30d`, `2w`. */
export function ageMs(value: string): number {
  const [, count = "", unit = ""] = /^(\d{1,6})([mhdw])$/.exec(value) ?? [];
  const scale = unitMs[unit];
  if (scale !== undefined) return Number(count) * scale;
  throw new InvalidArgumentError("Give an age such as 90m, 12h, 30d or 2w.");
}
