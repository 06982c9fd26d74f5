/** Program: holds a write transaction on a database for a while. `node hold-write-lock.ts <file> <milliseconds>` */
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

const [, , path = "", forMs = "0"] = process.argv;
const database = new DatabaseSync(path, { timeout: 30_000 });
database.exec("BEGIN IMMEDIATE");
await delay(Number(forMs));
database.exec("ROLLBACK");
database.close();
