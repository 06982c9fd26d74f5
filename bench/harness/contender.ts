/** One measurement: metric key to number, in the metric's unit. */
export type Sample = Readonly<Record<string, number>>;

export type Contender = {
  /** Unique in its group; a column of the table. */
  readonly name: string;
  /** Does the work once from a fresh start and says what it took. Throws when the work was not really done. */
  readonly measure: () => Promise<Sample>;
};

export type Metric = {
  /** Key in the samples. */
  readonly key: string;
  readonly title: string;
  readonly unit: "ms" | "/s" | "%" | "MB";
  readonly better: "less" | "more";
};

/** Contenders that did the same work in the same rounds. */
export type Group = {
  readonly title: string;
  /** The contender that every other one is compared with. */
  readonly reference: string;
  readonly metrics: readonly Metric[];
  /** By contender, in the order of the table. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
};
