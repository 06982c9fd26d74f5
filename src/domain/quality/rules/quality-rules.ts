/** What the rules of the quality control find, with what it means by default. A settings file may change each. */
export const qualityRules = {
  "output-empty": { severity: "blocker", about: "an expected output is empty or holds nothing but a placeholder" },
  "secret-added": { severity: "blocker", about: "an added line holds a password, a token or a private key" },
  "path-forbidden": { severity: "blocker", about: "a file of `quality.forbiddenPaths` was changed" },
  "conflict-marker": { severity: "blocker", about: "marks of a merge conflict were left in a file" },
  "code-elided": {
    severity: "blocker",
    about: "a comment such as `// rest of the code unchanged` stands where code should be",
  },
  "not-implemented": { severity: "blocker", about: "added code only says that it is not implemented" },
  "file-truncated": {
    severity: "blocker",
    about: "a program or a document ends in the middle of something, or no longer parses as JSON",
  },
  "file-gutted": { severity: "blocker", about: "most of a file is gone, and the task did not ask for that" },
  "tests-deleted": { severity: "blocker", about: "a test file or a test is gone, and the task did not ask for that" },
  "tests-skipped": {
    severity: "blocker",
    about: "a test is skipped, or others are by `.only`, and the task did not ask for that",
  },
  "tests-weakened": {
    severity: "blocker",
    about: "a test was changed so that it passes whatever the code does, or asserts less",
  },
  "against-the-task": { severity: "blocker", about: "a file was changed that the task itself keeps out" },
  "link-outside": { severity: "blocker", about: "a link leads out of the repository" },
  "no-substance": {
    severity: "blocker",
    about: "only comments, imports, names or layout differ, or only a document, and the task is about code",
  },
  "claim-unfounded": {
    severity: "blocker",
    about:
      "the agent says that it used a set, a cache, a lock, a transaction or the like, and the changed files hold none",
  },
  "never-used": {
    severity: "blocker",
    about:
      "a parameter, a collection, a matrix or a whole file was added and nothing reads it, or a constant switches the new code off",
  },
  "known-mistake": {
    severity: "blocker",
    about: "an added line is wrong wherever it stands, or uses a means that the task forbids",
  },
  "named-file-untouched": {
    severity: "blocker",
    about: "a file that the task orders to write or to change is as it was, and the agent does not say why",
  },
  "errors-swallowed": {
    severity: "blocker",
    about: "what failed before was put behind a handler or an operator that hides every error, without the task asking",
  },
  "test-run-recognized": { severity: "blocker", about: "the program gives another answer when tests run" },
  "answers-hard-coded": {
    severity: "blocker",
    about:
      "code holds the very values that its tests ask for and computes nothing, or reads what tests compare it with",
  },
  "debug-left": { severity: "blocker", about: "a debugger's stop, or output to look for a fault, was left in" },
  "output-untouched": { severity: "blocker", about: "none of the expected outputs was changed, whatever else was" },
  "gate-neutered": {
    severity: "blocker",
    about: "a command, script or setting that judges the work was made to pass always, or to demand less",
  },
  "checks-suppressed": { severity: "blocker", about: "a whole file was exempted from type checks or lint" },
  "dependencies-committed": {
    severity: "blocker",
    about: "installed packages, compiled files or build caches became part of the work",
  },
  "secret-looking": { severity: "note", about: "an added line might hold a secret" },
  "files-deleted": { severity: "blocker", about: "files are gone that the task did not name" },
  "other-files-deleted": {
    severity: "note",
    about: "files that are no programs are gone, and the task did not ask for that",
  },
  "expectations-changed": { severity: "note", about: "what existing tests expect was changed" },
  "check-weakened": { severity: "note", about: "a type check, a lint rule or a condition for a skip was loosened" },
  "todo-added": { severity: "note", about: "added code says that something is to be done, or stands in for it" },
  "gate-changed": { severity: "note", about: "a file that a gate's command names was changed" },
  "leftover-added": { severity: "note", about: "a backup, a log or an editor's file became part of the work" },
  "change-large": { severity: "note", about: "the change is larger than `quality.maxFiles` or `quality.maxLines`" },
  "file-large": { severity: "note", about: "an added file is larger than `quality.maxFileKb`" },
  "binary-added": { severity: "note", about: "a file that is no text was added" },
  "not-read": { severity: "note", about: "a changed file was too large to be looked into" },
  "gate-failed": { severity: "blocker", about: "a gate failed" },
  "red-at-base": { severity: "note", about: "a gate fails in the same way without the change" },
  "claim-contradicted": { severity: "note", about: "the agent says that the tests pass, and they don't" },
} as const satisfies Readonly<Record<string, { readonly severity: RuleSeverity; readonly about: string }>>;

export type QualityRule = keyof typeof qualityRules;

export type RuleSeverity = "blocker" | "note" | "off";

/** What a rule saw, before the settings say what it means. */
export type RuleFinding = { readonly code: QualityRule; readonly message: string; readonly path?: string };
