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

/** Forms are written with `zod`, which a project need not have of its own. */
function ownZod(specifier: string, thrown: unknown): string {
  const isAbsent = thrown instanceof Error && "code" in thrown && thrown.code === "ERR_MODULE_NOT_FOUND";
  if (!isAbsent || !/^zod(\/|$)/.test(specifier)) throw thrown;
  return import.meta.resolve(specifier);
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
 * project has it installed: one copy, one registry of workflows. `zod` means ours where the project has none. Idempotent; holds for the rest of the process.
 */
export function resolveTuttiImports(): void {
  hooks ??= registerHooks({
    resolve(specifier, context, nextResolve) {
      const url = ownModule(specifier);
      if (url !== undefined) return { url, shortCircuit: true };
      try {
        return asEsModule(nextResolve(specifier, context), context);
      } catch (thrown) {
        return { url: ownZod(specifier, thrown), shortCircuit: true };
      }
    },
  });
}
