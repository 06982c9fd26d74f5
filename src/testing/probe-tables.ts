import type { Migrations } from "../stores/port.ts";

/** The table that the store suite writes to: open the store under test with `probeMigrations`. */
export type ProbeTables = { readonly probe: { readonly name: string; readonly amount: number } };

export const probeMigrations: Migrations = {
  "probe-001-table": {
    up: async (db) => {
      await db.schema
        .createTable("probe")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("amount", "integer", (column) => column.notNull())
        .execute();
    },
  },
};
