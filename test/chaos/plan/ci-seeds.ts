/** Short ones that have every disturbance, both agents, both clocks and all workflows between them. */
export const ciSeeds: readonly number[] = [149, 151, 552, 563, 1071];
