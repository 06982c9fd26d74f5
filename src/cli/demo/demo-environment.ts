import { delimiter, dirname, join } from "node:path";

import type { Environment } from "../../compose.ts";
import type { DemoFolder } from "./demo-folder.ts";

/** What commands need to run at all. No proxy: the scripted model is on this machine. */
const passedNames = ["LANG", "LC_ALL", "LOGNAME", "SHELL", "TERM", "TZ", "USER", "IS_SANDBOX"];

/**
 * The environment of everything in the demo: nothing of the user's settings, logins and accounts, and the same Node first
 * on the path that runs Tutti.
 */
export function demoEnvironment(source: Environment, { root, home }: DemoFolder): Environment {
  const tmp = join(root, "tmp");
  const path = [dirname(process.execPath), source["PATH"] ?? ""].filter((part) => part !== "").join(delimiter);
  return {
    ...Object.fromEntries(passedNames.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]]))),
    PATH: path,
    HOME: home,
    XDG_STATE_HOME: join(root, "state"),
    TMPDIR: tmp,
    GIT_CONFIG_NOSYSTEM: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_TMPDIR: tmp,
  };
}

/** Sends agents to the scripted model. The key is made up and never leaves this machine. */
export const scriptedModel = (url: string): Environment => ({
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: "sk-ant-scripted",
});
