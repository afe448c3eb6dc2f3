/** Ends what requests wait for when the server shuts down: they are answered as if their wait were over. */
export class Waits {
  #over = false;
  #end: () => void = () => {};
  /** Resolves when the server shuts down. */
  readonly ended = new Promise<undefined>((resolve) => {
    this.#end = () => resolve(undefined);
  });

  get over(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
    this.#end();
  }
}
