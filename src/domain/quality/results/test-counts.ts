/** What a test runner, a compiler or a linter reports. */
export type TestCounts = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names of the failed tests, as the runner prints them. */
  readonly failures: readonly string[];
};

/** Which runner's output it was. */
export type ReadResults = TestCounts & { readonly runner: string };

export type ResultParser = {
  readonly name: string;
  /** @returns `undefined` when it isn't this runner's output */
  readonly parse: (output: string) => TestCounts | undefined;
};
