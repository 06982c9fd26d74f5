/** The part of @parcel/watcher 2.6.0 that the benchmark uses. Declared here so that the project type-checks without the peers. */
declare module "@parcel/watcher" {
  type Change = { readonly path: string };
  const watcher: {
    subscribe(
      folder: string,
      callback: (error: Error | null, changes: readonly Change[]) => void,
      options: { readonly ignore: readonly string[] },
    ): Promise<{ unsubscribe(): Promise<void> }>;
  };
  export default watcher;
}
