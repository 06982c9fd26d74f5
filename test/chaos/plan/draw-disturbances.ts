import type { ChaosPlan, Disturbance, DueDisturbance, Victim } from "./chaos-plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

type Setting = Omit<ChaosPlan, "disturbances">;
type Kind = Disturbance["kind"];

const minuteMs = 60_000;
const clockJumpsMs = [-120 * minuteMs, -minuteMs, -8_000, 8_000, minuteMs, 120 * minuteMs, 1_500 * minuteMs];

/** What can be done in this setting; what it was made for comes up more often. */
function kindsFor({ agent, clock, hasSmallDisk }: Setting): readonly Kind[] {
  return [
    "kill",
    "kill",
    "kill",
    "freeze",
    "freeze",
    "lock-database",
    "jump-clock",
    "rival",
    ...(hasSmallDisk ? (["fill-disk", "fill-disk", "fill-disk"] as const) : []),
    ...(clock === "faketime" ? (["jump-clock", "jump-clock", "jump-clock"] as const) : []),
    ...(agent === "claude" ? (["storm", "storm", "restart-model", "restart-model"] as const) : []),
  ];
}

/** In the order in which they are due. */
export function drawDisturbances(random: SeededRandom, setting: Setting): readonly DueDisturbance[] {
  const kinds = kindsFor(setting);
  const certain: readonly Kind[] = [
    ...(setting.hasSmallDisk ? (["fill-disk"] as const) : []),
    ...(setting.clock === "faketime" ? (["jump-clock"] as const) : []),
    ...(setting.agent === "claude" ? (["storm", "restart-model"] as const) : []),
    ...(setting.seed % 4 === 1 ? (["rival"] as const) : []),
  ];
  const others = Array.from({ length: random.int(2, 5) }, () => random.pick(kinds));
  const lastEvent = 12 + 11 * setting.tasks.length;
  return [...certain, ...others]
    .flatMap((kind) => drawDue(random, kind, { setting, lastEvent }))
    .toSorted((a, b) => a.afterEvents - b.afterEvents);
}

type Drawing = { readonly setting: Setting; readonly lastEvent: number };

/** Who finds their job standing still tries to go on with it. */
function drawDue(random: SeededRandom, kind: Kind, { setting, lastEvent }: Drawing): readonly DueDisturbance[] {
  const due = { ...drawOne(random, kind, setting), afterEvents: random.int(1, lastEvent) };
  const isStandstill = due.kind === "freeze" && due.victim.role === "coordinator";
  if (!isStandstill || random.chance(0.5)) return [due];
  return [due, { ...drawOne(random, "rival", setting), afterEvents: due.afterEvents }];
}

function drawOne(random: SeededRandom, kind: Kind, { leaseMs }: Setting): Disturbance {
  switch (kind) {
    case "kill":
      return { kind, victim: drawVictim(random) };
    case "freeze":
      return { kind, victim: drawVictim(random), forMs: leaseMs + random.int(-1_500, 2_500) };
    case "lock-database":
      // A write waits ten seconds before it gives up.
      return { kind, forMs: random.pick([500, 2_000, 4_000, 11_000]) };
    case "fill-disk":
      return { kind, forMs: random.int(300, 3_000) };
    case "jump-clock":
      return { kind, byMs: random.pick(clockJumpsMs) };
    case "rival":
      return { kind, afterMs: random.int(0, leaseMs + 1_000) };
    case "storm":
      return { kind, status: random.pick([429, 529]), forMs: random.int(500, 4_000) };
    case "restart-model":
      return { kind, awayMs: random.int(0, 3_000) };
  }
}

function drawVictim(random: SeededRandom): Victim {
  const role = random.pick(["coordinator", "worker", "worker", "agent", "agent", "everything"] as const);
  return role === "coordinator" || role === "everything" ? { role } : { role, index: random.int(0, 3) };
}
