type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that put elsewhere what otherwise begins so in the home. */
const moves = [
  { from: "~/.claude/", variable: "CLAUDE_CONFIG_DIR", to: "/" },
  { from: "~/.claude.json", variable: "CLAUDE_CONFIG_DIR", to: "/.claude.json" },
  { from: "~/.config/", variable: "XDG_CONFIG_HOME", to: "/" },
];

/** Where a place is: as it is written, and where a variable of the agent's environment puts it. */
const wherever = (place: string, environment: Environment): readonly string[] => [
  place,
  ...moves.flatMap(({ from, variable, to }) => {
    const folder = environment[variable];
    const isMoved = folder?.startsWith("/") === true && place.startsWith(from);
    return isMoved ? [`${folder.replace(/\/+$/, "")}${to}${place.slice(from.length)}`] : [];
  }),
];

/**
 * Claude Code's rules that keep its tools from reading these places and what is below them. Its sandbox hides the same places from
 * commands: it takes them from these rules. In a rule an absolute path begins with two slashes.
 */
export const denyReadRules = (places: readonly string[], environment: Environment): readonly string[] =>
  places
    .flatMap((place) => wherever(place.replace(/\/+$/, ""), environment))
    .map((path) => `Read(${path.startsWith("/") ? `/${path}` : path})`);
