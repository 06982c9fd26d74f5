/** Short ones that have every disturbance and every victim, both agents and both clocks between them. */
export const ciSeeds: readonly number[] = [102, 108, 112, 116, 119, 132, 149, 151];
