/**
 * What stands behind accepted work. `proved`: a gate fails without the change and passes with it. `tested`: a gate that runs the
 * code, and by what is known what was changed, passes. `reviewed`: no gate judged what it does, and a model found every requirement
 * met. `unproved`: nothing judged what it does.
 */
export type ProofLevel = "proved" | "tested" | "reviewed" | "unproved";

/** `says`: why, one clause for a person. */
export type WorkProof = { readonly level: ProofLevel; readonly says: string };
