export { embeddedEngine } from "./embedded-engine.ts";
export { engineMigrations, type EngineTables } from "./migrations.ts";
export { replayHistory, type RecordedRun } from "./replay-history.ts";
