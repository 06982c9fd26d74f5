/** Opens the database that the first argument names, adds a row named by the second, and closes it. */
import { probeMigrations, type ProbeTables } from "../../testing/probe-tables.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const [, , path = "", name = ""] = process.argv;
const store = await openSqliteStore<ProbeTables>({ path, migrations: probeMigrations });
await store.write((tx) => tx.insertInto("probe").values({ name, amount: 1 }).execute());
await store.close();
