export { embeddedEngine } from "./embedded-engine.ts";
export { engineMigrations, type EngineTables } from "./migrations.ts";
