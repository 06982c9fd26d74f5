import { existsSync } from "node:fs";
import { registerHooks, type ModuleHooks, type ResolveFnOutput, type ResolveHookContext } from "node:module";

/** `.ts` while this runs from its sources, `.js` once it is compiled. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));

/** The module behind `tutti` or `tutti/<part>` in the copy that is running; where the first is absent, the second. */
function ownModule(specifier: string): string | undefined {
  const match = /^tutti(?:\/([a-z-]+))?$/.exec(specifier);
  if (match === null) return undefined;
  const candidates = match[1] === undefined ? ["index", "config/define-config"] : [`${match[1]}/index`];
  const entries = candidates.map((name) => new URL(`../../${name}${extension}`, import.meta.url));
  return entries.find((entry) => existsSync(entry))?.href;
}

/** A user's TypeScript is an ES module, whatever the nearest package.json says: `export default` must always work. */
function asEsModule(resolved: ResolveFnOutput, context: ResolveHookContext): ResolveFnOutput {
  const path = resolved.url.split("?", 1)[0] ?? "";
  const isUsersTypeScript = path.endsWith(".ts") && !path.includes("/node_modules/");
  if (!isUsersTypeScript || context.conditions.includes("require")) return resolved;
  return { ...resolved, format: "module-typescript" };
}

let hooks: ModuleHooks | undefined;

/**
 * Makes `import … from "tutti"` in a user's settings or workflow file mean the copy that is running, whether or not the
 * project has it installed: one copy, one registry of workflows. Idempotent; holds for the rest of the process.
 */
export function resolveTuttiImports(): void {
  hooks ??= registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = ownModule(specifier);
      return url === undefined ? asEsModule(nextResolve(specifier, context), context) : { url, shortCircuit: true };
    },
  });
}
