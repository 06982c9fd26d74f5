import { toJson } from "./to-json.js";

/** Every format that a report can be written in. */
export const formats = { json: toJson };
