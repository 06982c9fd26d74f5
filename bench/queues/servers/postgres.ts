import { access, chown, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { freePort } from "./free-port.ts";
import { whenReady } from "./when-ready.ts";

export type PostgresServer = AsyncDisposable & {
  readonly version: string;
  /** Makes an empty database. */
  readonly createDatabase: (name: string) => Promise<string>;
};

type Account = { readonly uid: number; readonly gid: number };

/** A PostgreSQL of its own in a folder, on the loopback address, with default settings. `undefined`: it isn't installed. */
export async function startPostgres(folder: string): Promise<PostgresServer | undefined> {
  const bin = await findPrograms();
  if (bin === undefined) return undefined;
  const account = await serverAccount();
  const data = join(folder, "postgres");
  await mkdir(data);
  if (account !== undefined) {
    for (const path of [folder, data]) await chown(path, account.uid, account.gid);
  }
  const initdb = ["--pgdata", data, "--username", "bench", "--auth", "trust", "--encoding", "UTF8", "--no-locale"];
  await execa(join(bin, "initdb"), initdb, { cwd: data, ...account });
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", data];
  const server = execa(join(bin, "postgres"), args, { cwd: data, stdio: "ignore", reject: false, ...account });
  const isReady = async () =>
    !(await execa(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)], { reject: false })).failed;
  await whenReady({ name: "PostgreSQL", isReady, ended: server });
  const psql = (...words: readonly string[]) =>
    execa(join(bin, "psql"), ["-h", "127.0.0.1", "-p", String(port), "-U", "bench", "-d", "postgres", ...words]);
  const { stdout: version } = await psql("-Atc", "SHOW server_version");
  return {
    version,
    createDatabase: async (name) => {
      await psql("-c", `CREATE DATABASE ${name}`);
      return `postgres://bench@127.0.0.1:${port}/${name}`;
    },
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGINT");
      await server;
    },
  };
}

/** Debian keeps the server's programs off the PATH, in a folder for each version. */
async function findPrograms(): Promise<string | undefined> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(root, version, "bin"));
  const candidates = [...newestFirst, ...(process.env["PATH"] ?? "").split(":")];
  for (const folder of candidates) {
    const isThere = await access(join(folder, "initdb")).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  return undefined;
}

/** PostgreSQL refuses to run as root: its own account does it then. */
async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => (await execa("id", [flag, "postgres"])).stdout),
  );
  return { uid: Number(uid), gid: Number(gid) };
}
