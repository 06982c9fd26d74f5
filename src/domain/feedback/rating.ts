/** 1: useless, 5: as a person would have done it. */
export type Stars = 1 | 2 | 3 | 4 | 5;

const words: Readonly<Record<string, Stars>> = { bad: 1, good: 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5 };

/** @returns `undefined` for what is no rating */
export const parseRating = (text: string): Stars | undefined => words[text.trim().toLowerCase()];

/** The nearest number of stars, for what was stored. */
export const starsOf = (value: number): Stars => words[String(value)] ?? 3;

/** Whether work that was rated so has held; `undefined` in the middle, which says neither. */
export const rateHolds = (stars: Stars): boolean | undefined => (stars === 3 ? undefined : stars > 3);
