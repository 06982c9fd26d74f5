type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that put elsewhere what is otherwise below a folder of the home. */
const moves = [
  { below: "~/.claude", variable: "CLAUDE_CONFIG_DIR" },
  { below: "~/.config", variable: "XDG_CONFIG_HOME" },
];

/** Where a place is: as it is written, and where a variable of the agent's environment puts it. */
const wherever = (place: string, environment: Environment): readonly string[] => [
  place,
  ...moves.flatMap(({ below, variable }) => {
    const folder = environment[variable];
    const isMoved = folder?.startsWith("/") === true && place.startsWith(`${below}/`);
    return isMoved ? [`${folder.replace(/\/+$/, "")}${place.slice(below.length)}`] : [];
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
