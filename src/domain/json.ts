/**
 * A value that survives `JSON.stringify` and `JSON.parse`: what steps, signals and events may carry. A property that is
 * `undefined` comes back absent, which reads the same.
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export type JsonObject = { readonly [key: string]: Json | undefined };
