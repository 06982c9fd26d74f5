import type { SeedLine } from "./chaos-log.ts";

const isHeld = ({ problems }: SeedLine): boolean => problems.length === 0;

/** The log of many seeds in Markdown. A seed that was run again counts by its last run; that it failed before is told. */
export function seedSummary(lines: readonly SeedLine[]): string {
  const last = [...new Map(lines.map((line) => [line.seed, line])).values()].toSorted((a, b) => a.seed - b.seed);
  const held = last.filter(isHeld).length;
  const failedBefore = new Set(lines.filter((line) => !isHeld(line)).map(({ seed }) => seed));
  const atOnce = last.filter((line) => isHeld(line) && !failedBefore.has(line.seed)).length;
  return [
    `**${held} of ${last.length} seeds held**, ${atOnce} of them when first run (${rangesOf(last.map(({ seed }) => seed))}), ${runFacts(last)}.`,
    disturbanceTable(last),
    ...listOf("What does not hold", last.filter((line) => !isHeld(line)).map(failureText)),
    ...listOf("Failed at an earlier commit, held when run again", earlierFailures(lines, last)),
    ...listOf("Could not be done", [...new Set(last.flatMap(({ skipped }) => skipped))]),
  ].join("\n\n");
}

function runFacts(lines: readonly SeedLine[]): string {
  const commits = [...counted(lines, ({ commit }) => commit)]
    .map(([commit, count]) => `${commit} (${count})`)
    .join(", ");
  const durations = lines.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  const median = Math.round((durations[Math.floor(durations.length / 2)] ?? 0) / 1_000);
  const longest = Math.round((durations.at(-1) ?? 0) / 1_000);
  const loads = lines.map(({ load }) => load);
  const claude = lines.filter(({ agent }) => agent === "claude").length;
  const faketime = lines.filter(({ clock }) => clock === "faketime").length;
  const tasks = lines.reduce((sum, line) => sum + line.tasks, 0);
  return [
    `last at commit ${commits}`,
    `${tasks} tasks`,
    `${claude} seeds with the real Claude Code, ${faketime} under \`faketime\``,
    `${median} s a seed (median), at most ${longest} s`,
    `load average ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} on the machine`,
  ].join(", ");
}

const counted = <T>(things: readonly T[], nameOf: (thing: T) => string): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(things, nameOf)].map(([name, group]) => [name, group.length]));

function disturbanceTable(lines: readonly SeedLine[]): string {
  const happened = lines.flatMap((line) => line.happened.filter(({ effect }) => effect !== undefined));
  const named = counted(happened, (each) => ("victim" in each ? `${each.kind}: ${each.victim.role}` : each.kind));
  const ends = counted(
    lines.flatMap(({ rounds }) => rounds),
    ({ command, end }) => `${firstWord(command)} ended with ${end}`,
  );
  const faults = lines.flatMap(({ faultKills }) => faultKills).length;
  const rows = [...named, ["kill -9 at a fault point", faults] as const, ...ends];
  const body = rows.toSorted(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `| ${name} | ${count} |`);
  return ["| what happened | times |", "|---|---:|", ...body].join("\n");
}

const firstWord = (command: string): string => `\`tutti ${command.split(" ")[0] ?? ""}\``;

const failureText = ({ seed, commit, problems }: SeedLine): string =>
  `seed ${seed} at ${commit}: ${problems.map((problem) => oneLine(problem)).join("; ")}`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").slice(0, 240);

function earlierFailures(lines: readonly SeedLine[], last: readonly SeedLine[]): readonly string[] {
  const heldNow = new Set(last.filter(isHeld).map(({ seed }) => seed));
  return lines.filter((line) => !isHeld(line) && heldNow.has(line.seed)).map(failureText);
}

const listOf = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`${title}:`, items.map((item) => `- ${item}`).join("\n")];

/** `1–8, 17` */
function rangesOf(seeds: readonly number[]): string {
  const starts = seeds.filter((seed) => !seeds.includes(seed - 1));
  const ends = seeds.filter((seed) => !seeds.includes(seed + 1));
  return starts.map((start, index) => (start === ends[index] ? `${start}` : `${start}–${ends[index]}`)).join(", ");
}
