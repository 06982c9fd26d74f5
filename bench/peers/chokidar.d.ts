/** The part of chokidar 6.0.0 that the benchmark uses. Declared here so that the project type-checks without the peers. */
declare module "chokidar" {
  export type Watcher = {
    on(event: "all", listener: (event: string, path: string) => void): Watcher;
    once(event: "ready", listener: () => void): Watcher;
    close(): Promise<void>;
  };
  export function watch(
    path: string,
    options: { readonly ignored: (path: string) => boolean; readonly ignoreInitial: boolean },
  ): Watcher;
}
