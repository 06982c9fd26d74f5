/** Folders of labelled outcomes, in the order in which they were written. */
export const outcomeSets = ["known", "unseen", "fresh", "last", "held-back"] as const;
