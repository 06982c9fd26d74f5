import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** For `node --import`: when the process ends, the addresses of what it has loaded are in the file that `TELL_MODULES` names, one a line. */
const told = process.env["TELL_MODULES"] ?? "";
const loaded: string[] = [];

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith("file:")) loaded.push(url);
    return nextLoad(url, context);
  },
});

process.on("exit", () => writeFileSync(told, loaded.join("\n")));
