/** What is known of a project when its first settings file is written. */
export type ProjectFacts = {
  /** Names of the files in the project's root. */
  readonly fileNames: readonly string[];
  /** `scripts` of package.json. */
  readonly packageScripts: Readonly<Record<string, string>>;
  readonly makeTargets: readonly string[];
  /** Content of pyproject.toml; empty without one. */
  readonly pyproject: string;
  /** Where editors find the JSON Schema, relative to the project. */
  readonly schemaPath: string;
};

export type DetectedCommand = { readonly name: string; readonly run: string };
export type DetectedSetup = { readonly run: string; readonly when: readonly string[] };
