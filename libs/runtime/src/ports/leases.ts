/** Who does what only one process should do; held by name for a while, by the store's clock. Port. */
export interface Leases {
  /**
   * Takes a lease that is free or has run out, or renews one's own. A hint only: fences make a wrong holder harmless.
   *
   * @param name `feedback`, `projection-3`
   * @param owner unique to the process
   * @param forMs how long it holds from now on
   * @returns false where another owner holds it
   * @throws StoreUnavailableError
   */
  hold(name: string, owner: string, forMs: number): Promise<boolean>;
  /** Gives it back, if it is one's own. */
  release(name: string, owner: string): Promise<void>;
  /** Owners of the leases that hold now, by name. */
  holders(): Promise<Record<string, string>>;
  close(): Promise<void>;
}
