import fc from "fast-check";

export type ArbitraryTask = {
  readonly key: string;
  readonly dependsOn: readonly string[];
  readonly priority: number;
  readonly duration: number;
};

/** Task graphs without cycles, in an order that says nothing about the dependencies. */
export function acyclicTasks(maxTasks = 30): fc.Arbitrary<readonly ArbitraryTask[]> {
  const task = fc.record({
    seeds: fc.array(fc.nat(), { maxLength: 4 }),
    priority: fc.integer({ min: 1, max: 10 }),
    duration: fc.integer({ min: 1, max: 100 }),
    place: fc.nat(),
  });
  return fc.array(task, { minLength: 1, maxLength: maxTasks }).map((drawn) =>
    drawn
      .map(({ seeds, priority, duration, place }, index) => ({
        key: `t${index}`,
        dependsOn: index === 0 ? [] : [...new Set(seeds.map((seed) => `t${seed % index}`))],
        priority,
        duration,
        place,
      }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ place: _place, ...rest }) => rest),
  );
}
