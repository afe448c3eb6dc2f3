/** How far a job is: a bar on a terminal, else a line at each tenth. */
export class Progress {
  readonly #title: string;
  readonly #isTerminal = process.stdout.isTTY;
  #tenths = 0;

  constructor(title: string) {
    this.#title = title;
  }

  show({ rows, read, elapsedMs }: { rows: number; read: number; elapsedMs: number }): void {
    const rate = elapsedMs === 0 ? 0 : Math.round((rows / elapsedMs) * 1000);
    const text = `${String(Math.round(read * 100)).padStart(3)} %  ${rows.toLocaleString('en')} decisions  ${rate.toLocaleString('en')}/s`;
    if (this.#isTerminal) {
      const width = 30;
      const full = Math.round(read * width);
      process.stdout.write(`\r${this.#title}  ${'█'.repeat(full)}${'░'.repeat(width - full)}  ${text}   `);
      return;
    }
    const tenths = Math.floor(read * 10);
    if (tenths <= this.#tenths) return;
    this.#tenths = tenths;
    console.log(`${this.#title}  ${text}`);
  }

  end(): void {
    if (this.#isTerminal) process.stdout.write('\n');
  }
}
