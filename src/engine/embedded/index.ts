export { embeddedEngine, type EmbeddedEngineOptions } from "./embedded-engine.ts";
export type { EngineLogger } from "./engine-context.ts";
export { engineMigrations, type EngineTables } from "./migrations.ts";
export type { SqlStore } from "./sql-store.ts";
