import { openDataFolder } from '@tutti/adapter-sqlite';
import {
  type AccessOptions,
  type ContractApp,
  createContractApp,
  isLoopback,
  mayBeOpen,
  openAccess,
} from '@tutti/contract-service';
import { TuttiError } from '@tutti/kernel';
import { type Backbone, type Clock, createBackbone, type EpochPace, outcomeHash } from '@tutti/runtime';
import { pino, type Logger } from 'pino';
import {
  journaledSpace,
  type ModelNews,
  type ModelSource,
  publishModel,
  readModel,
  refusalOf,
  Undo,
} from '@tutti/service';
import { textOf, watchModel } from './model/watch-model.js';

export interface StandaloneOptions {
  /** Data folder, or `:memory:`. */
  data: string;
  /** What to publish at the start; absent: whatever was published before. */
  model?: ModelSource;
  /** Default `127.0.0.1`. */
  host?: string;
  /** 0 takes a free one. Default 4400. */
  port?: number;
  /** Whether the port may be the next free one. Default false. */
  orNextFree?: boolean;
  /** Of a space that begins, fixed from then on. Default 4. */
  partitions?: number;
  /** Of a space that begins. Default: `network` on loopback, else `signed`. */
  trust?: 'network' | 'signed';
  /** Name of a space that begins. Default: the model's name. */
  space?: string;
  access?: AccessOptions;
  /** Decisions a second that each participant may send; absent: as many as there are. */
  quota?: number;
  /** Default: the machine's. */
  clock?: Clock;
  /** How often epochs may be opened. Default: at most every 200 ms, early after 100,000 decisions. */
  pace?: Partial<EpochPace>;
  /** Publishes saved changes of the model's file. Default false. */
  watch?: boolean;
  /** Told what became of the model's file, at the start and after each saved change. */
  onModel?: (news: ModelNews) => void;
  /** Default: warnings and worse, as JSON lines on standard error. */
  logger?: Logger;
}

/** A running backbone with everything in this process. */
export interface Standalone {
  /** `http://127.0.0.1:4400` */
  url: string;
  port: number;
  backbone: Backbone;
  /** Whether everybody who reaches it may do everything. */
  readonly open: boolean;
  /** Takes nothing more, answers what it has taken, flushes, closes. */
  close(): Promise<void>;
}

/**
 * Starts the whole backbone on SQLite; resolves when decisions get their verdicts. Whatever fails, nothing stays open.
 *
 * @throws TuttiError `port-in-use`, `open-access`, `model-invalid`, `model-unreadable`, and what opening the data folder
 *   and taking the partitions over may refuse
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { data, host = '127.0.0.1', port = 4400, orNextFree = false, access = {} } = options;
  const logger = options.logger ?? pino({ level: 'warn' }, process.stderr);
  const undo = new Undo();
  try {
    // Before it is parsed: a change saved meanwhile is then seen as one.
    const text = typeof options.model === 'string' ? textOf(options.model) : undefined;
    const read = readAtStart(options, text);
    const folder = openDataFolder(data);
    undo.add(() => folder.close());
    if (folder.storeRenewed !== undefined) logger.warn({ code: folder.storeRenewed.code }, folder.storeRenewed.message);
    const { journal, store, index } = folder;
    const before = await journaledSpace(journal);
    // Before a space is made that nobody can use.
    if (before === undefined && mayBeOpen(access) && !isLoopback(host)) throw openAccess(host);
    const trust = options.trust ?? (before !== undefined ? undefined : isLoopback(host) ? 'network' : 'signed');
    const backbone = await createBackbone({
      journal,
      store,
      ...(index !== undefined && { index }),
      space: options.space ?? before ?? nameOf(read) ?? 'tutti',
      ...(trust !== undefined && { trust }),
      ...(options.partitions !== undefined && { partitions: options.partitions }),
      ...(options.pace !== undefined && { pace: options.pace }),
      ...(options.clock !== undefined && { clock: options.clock }),
    });
    undo.add(() => backbone.close());
    await publishAtStart(backbone, read, options);
    const outcome = (): Promise<string> => outcomeHash(journal, backbone.partitions);
    const contract: ContractApp = await createContractApp({
      backbone,
      access,
      outcome,
      logger,
      ...(options.quota !== undefined && { quota: options.quota }),
      ...(options.clock !== undefined && { clock: options.clock }),
    });
    undo.add(() => contract.close());
    const bound = await contract.listen({ host, port, orNextFree });
    if (options.watch === true && typeof options.model === 'string') {
      undo.add(watchModel(backbone, options.model, text, (news) => options.onModel?.(news)));
    }
    return {
      ...bound,
      backbone,
      get open() {
        return contract.open;
      },
      close: () => undo.all(),
    };
  } catch (error) {
    await undo.all().catch((closing: unknown) => logger.error({ err: closing }, 'closing after a failed start'));
    throw error;
  }
}

type Read = { definition: ReturnType<typeof readModel> } | { error: TuttiError } | undefined;

/** A model that does not parse is no reason not to serve the one published before, if there is one. */
function readAtStart({ model }: StandaloneOptions, text: string | undefined): Read {
  if (model === undefined) return undefined;
  try {
    return {
      definition: readModel(typeof model === 'string' && text !== undefined ? { yaml: text, file: model } : model),
    };
  } catch (error) {
    if (error instanceof TuttiError) return { error };
    throw error;
  }
}

function nameOf(read: Read): string | undefined {
  return read !== undefined && 'definition' in read ? read.definition.model : undefined;
}

async function publishAtStart(backbone: Backbone, read: Read, options: StandaloneOptions): Promise<void> {
  const hasModel = backbone.control().model > 0;
  if (read === undefined) return;
  if ('error' in read) {
    if (!hasModel) throw read.error;
    options.onModel?.({ what: 'refused', error: read.error });
    return;
  }
  const file = typeof options.model === 'string' ? options.model : 'the model given';
  try {
    const news = await publishModel(backbone, read.definition, `started with ${file}`, options.watch === true);
    options.onModel?.(news);
  } catch (error) {
    if (!hasModel) throw error;
    options.onModel?.(refusalOf(error));
  }
}
