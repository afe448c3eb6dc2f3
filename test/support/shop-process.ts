import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MainProcess, runMain } from '../../services/standalone/src/testing/main-process.js';
import { SHOP } from '../../services/standalone/src/testing/shop.js';

export interface ShopProcess extends MainProcess {
  url: string;
  port: number;
}

/** A folder with the shop's model in it and a data folder, and the processes started on them. */
export class ShopFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'tutti-attack-'));
  readonly model = join(this.folder, 'shop.tutti.yaml');
  data = join(this.folder, 'data');
  readonly #running: MainProcess[] = [];

  constructor() {
    writeFileSync(this.model, SHOP);
  }

  /** Starts the process as operators do; says nothing about whether it will serve. */
  run(env: Record<string, string> = {}, args: readonly string[] = [this.model], uid?: number): MainProcess {
    const one = runMain(args, { TUTTI_DATA: this.data, ...env }, uid);
    this.#running.push(one);
    return one;
  }

  /** Starts the process and waits until it serves. */
  async serve(env: Record<string, string> = {}, uid?: number): Promise<ShopProcess> {
    const one = this.run(env, [this.model], uid);
    const [, url] = await one.says(/http +(http:\S+)/);
    return { ...one, url: url!, port: Number(new URL(url!).port) };
  }

  /** What a start that is refused prints, and its exit code. */
  async refused(
    env: Record<string, string> = {},
    args?: readonly string[],
    uid?: number,
  ): Promise<{ code: number | null; said: string }> {
    const one = this.run(env, args, uid);
    const code = await one.ended;
    return { code, said: one.printed() };
  }

  /** Ends what runs, at once, and takes the folder away. */
  async remove(): Promise<void> {
    for (const one of this.#running.splice(0)) {
      one.child.kill('SIGKILL');
      await one.ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
