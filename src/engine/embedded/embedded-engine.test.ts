import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { engineConformance } from "../../testing/engine-conformance.ts";
import type { Engine } from "../port.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "./index.ts";

/** What the suite provokes on purpose would be warned about. */
const logger = { warn: () => undefined };

engineConformance("embedded", {
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), "tutti-engine-"));
    const closers: (() => Promise<void>)[] = [];
    const openSecond = async (): Promise<Engine> => {
      const store = await openSqliteStore<EngineTables>({
        path: join(folder, "engine.db"),
        migrations: engineMigrations,
      });
      const engine = embeddedEngine({ store, logger });
      closers.push(async () => {
        await engine.close();
        await store.close();
      });
      return engine;
    };
    const remove = async () => {
      for (const close of closers) await close();
      await rm(folder, { recursive: true });
    };
    return { engine: await openSecond(), openSecond, remove };
  },
});
