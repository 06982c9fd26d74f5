/** Rates in US dollars per million tokens. */
export type PriceBand = {
  /** Holds for requests whose prompt (cached parts included) has at most so many tokens. */
  readonly maxPromptTokens: number;
  readonly inputUsdPerMtok: number;
  readonly outputUsdPerMtok: number;
  /** Written with a life of five minutes. */
  readonly cacheWriteUsdPerMtok: number;
  readonly cacheReadUsdPerMtok: number;
};

export type ModelPrice = {
  /** Full name without a date: `claude-opus-5-5`. */
  readonly model: string;
  /** Holds from here on, in milliseconds since the Unix epoch. */
  readonly from: number;
  /** By rising `maxPromptTokens`; the last one holds for everything above too. */
  readonly bands: readonly PriceBand[];
};
