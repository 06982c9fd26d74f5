/**
 * Which part of `src/` may import which: imports point inward. `check-layers.ts` enforces it, `check-layers.ts --table`
 * prints it for the contributors' guide.
 *
 * `port` stands for the file that holds a layer's contract: `agents/port.ts`.
 */
export type Layer = {
  /** Folder under `src/`, or a file there without its `.ts`. */
  readonly name: string;
  /** Layers, or single ports of layers. `*` = everything. Its own files always. */
  readonly mayImport: readonly string[];
  /** npm packages and `node:*` it may use. Default: any. */
  readonly packages?: readonly string[];
  /**
   * Parts that are strangers to one another. `folders`: none imports another, what lies beside them is for all.
   * `entries`: nor do single files, except the layer's own `port.ts` and `index.ts`.
   */
  readonly isolated?: "folders" | "entries";
  /** Entries that may import the others all the same: what puts them together. */
  readonly combining?: readonly string[];
  /** May `import()` what is known only at run time: a user's configuration, workflow or plugin. */
  readonly loadsPrograms?: true;
};

/** Contracts that the core uses without knowing who fulfils them. */
const ports = ["agents/port", "places/port", "llms/port", "notifiers/port", "telemetry/port"];

const core = ["domain", "state", "engine", "workspace", "supervision"];

const adapters = ["agents", "places", "llms", "stores", "notifiers", "telemetry"];

const application = [
  "orchestration",
  "workflow",
  "patterns",
  "config",
  "domain",
  "simulator",
  "interop",
  "telemetry/port",
];

const adapter = (name: string, mayImport: readonly string[] = ["domain"]): Layer => ({
  name,
  mayImport,
  isolated: "folders",
});

export const layers: readonly Layer[] = [
  { name: "domain", mayImport: [], packages: ["zod"] },
  { name: "state", mayImport: ["domain", "stores/port"] },
  { name: "engine", mayImport: ["domain", "state", "stores/port", ...ports] },
  { name: "workspace", mayImport: ["domain", "state", ...ports] },
  { name: "supervision", mayImport: ["domain", "state", ...ports] },
  { name: "workflow", mayImport: ["domain", "engine/port"] },
  { name: "orchestration", mayImport: [...core, "workflow", ...ports] },
  { name: "patterns", mayImport: ["domain", "workflow"], isolated: "entries", combining: ["index", "complex"] },
  { name: "planners", mayImport: ["domain", "engine/port"], isolated: "entries" },
  adapter("agents", ["domain", "places/port", "places/local/process-reaper", "places/local/process-table"]),
  adapter("places"),
  adapter("llms", ["domain", "agents/port"]),
  adapter("stores"),
  adapter("notifiers"),
  adapter("telemetry"),
  { name: "config", mayImport: ["domain"], loadsPrograms: true },
  { name: "simulator", mayImport: ["domain"] },
  {
    name: "interop",
    mayImport: ["domain"],
    packages: ["zod", "node:fs", "node:path", "node:crypto", "node:timers"],
    isolated: "folders",
  },
  { name: "cli", mayImport: [...application, "compose", "tui", "http", "mcp"] },
  { name: "library", mayImport: [...application, "compose"] },
  { name: "tui", mayImport: application },
  { name: "http", mayImport: application },
  { name: "mcp", mayImport: application },
  { name: "testing", mayImport: [...core, "workflow", "patterns", ...adapters, "config", "simulator"] },
  { name: "compose", mayImport: ["*"], loadsPrograms: true },
  { name: "index", mayImport: ["*"] },
];

/** The table as Markdown. */
export function layerMarkdown(): string {
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
  const rows = layers.map(({ name, mayImport, packages, isolated, combining }) => {
    const notes = [
      packages === undefined ? "" : `only the packages ${code(packages)}`,
      isolated === undefined ? "" : `its ${isolated} do not import one another`,
      combining === undefined ? "" : `but ${code(combining)} may import them`,
    ];
    const allowed = mayImport.includes("*") ? "everything" : code(mayImport) || "nothing";
    return `| \`${name}\` | ${allowed} | ${notes.filter((note) => note !== "").join("; ")} |`;
  });
  return ["| part of `src/` | may import | besides |", "|---|---|---|", ...rows, ""].join("\n");
}
