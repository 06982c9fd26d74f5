import type { Sample, SampledRole } from "./sample-processes.ts";
import type { SoakLine } from "./soak-lines.ts";

/** Sizes of one role's processes in a part of a soak: the median of all samples, and the largest. */
export type Size = { readonly residentMb: number; readonly openFiles: number; readonly mostFiles: number };

export type Growth = { readonly role: SampledRole; readonly early: Size; readonly late: Size };

/** Of the whole time: what comes before is start-up, caches and the first compilation. */
const warmUpShare = 0.2;
const partShare = 0.25;

/** The part after the warm-up against the last one, for each role that has samples in both. */
export function growthOf(lines: readonly SoakLine[]): readonly Growth[] {
  const samples = lines.filter((line) => line.kind === "sample");
  const endMs = samples.at(-1)?.atMs ?? 0;
  const within = (fromShare: number, toShare: number): readonly Sample[] =>
    samples.filter(({ atMs }) => atMs >= endMs * fromShare && atMs <= endMs * toShare).flatMap((line) => line.samples);
  const [early, late] = [within(warmUpShare, warmUpShare + partShare), within(1 - partShare, 1)];
  return (["coordinator", "worker"] as const).flatMap((role) => {
    const [before, after] = [sizeOf(early, role), sizeOf(late, role)];
    return before === undefined || after === undefined ? [] : [{ role, early: before, late: after }];
  });
}

function sizeOf(samples: readonly Sample[], wanted: SampledRole): Size | undefined {
  const own = samples.filter(({ role }) => role === wanted);
  if (own.length === 0) return undefined;
  const files = own.map(({ openFiles }) => openFiles);
  const mostFiles = files.reduce((most, count) => Math.max(most, count), 0);
  return { residentMb: middle(own.map(({ residentMb }) => residentMb)), openFiles: middle(files), mostFiles };
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** A collector may wait: growth below this says nothing. */
const slackMb = 25;
const slackShare = 0.2;
const slackFiles = 4;

/** What has grown more than noise explains, in words. */
export function growthProblems(lines: readonly SoakLine[]): readonly string[] {
  return growthOf(lines).flatMap(({ role, early, late }) => {
    const mayHoldMb = early.residentMb * (1 + slackShare) + slackMb;
    return [
      ...(late.residentMb > mayHoldMb
        ? [`${role}: memory grew from ${early.residentMb} to ${late.residentMb} MB`]
        : []),
      ...(late.openFiles > early.openFiles + slackFiles
        ? [`${role}: open files grew from ${early.openFiles} to ${late.openFiles}`]
        : []),
    ];
  });
}
