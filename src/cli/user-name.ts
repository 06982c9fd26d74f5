import { userInfo } from "node:os";

/** Who answers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list has no name.
    return "a person";
  }
}
