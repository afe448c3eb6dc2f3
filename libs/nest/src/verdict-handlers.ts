import { join } from 'node:path';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type CursorStore, type Subscription, Tutti, TuttiError, type Verdict } from '@tutti/client';
import { ON_VERDICT, type OnVerdictMetadata } from './on-verdict.js';
import { TUTTI_OPTIONS, type TuttiModuleOptions } from './options.js';

/** A handler as its health shows it. */
export interface HandlerState {
  connected: boolean;
  /** Why its last call failed; absent once one has not. */
  failing?: string;
}

interface Handler {
  name: string;
  subscription: Subscription;
  failing: string | undefined;
}

/** Finds the methods marked with `@OnVerdict` and keeps them supplied from start to shutdown. */
@Injectable()
export class VerdictHandlers implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Tutti');
  readonly #handlers = new Map<string, Handler>();

  constructor(
    @Inject(Tutti) private readonly tutti: Tutti,
    @Inject(TUTTI_OPTIONS) private readonly options: TuttiModuleOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** Handler's name → how it is. */
  states(): Record<string, HandlerState> {
    const states = [...this.#handlers.values()].map(({ name, subscription, failing }): [string, HandlerState] => {
      const { connected } = subscription;
      return [name, failing === undefined ? { connected } : { connected, failing }];
    });
    return Object.fromEntries(states);
  }

  onApplicationBootstrap(): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance = wrapper.instance as object | null | undefined;
      if (wrapper.isAlias || typeof instance !== 'object' || instance === null) continue;
      for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
        const found = (instance as Record<string, unknown>)[method];
        if (typeof found !== 'function') continue;
        const metadata = this.reflector.get<OnVerdictMetadata | undefined>(ON_VERDICT, found);
        if (metadata !== undefined) this.#subscribe(metadata, wrapper, method);
      }
    }
    if (this.#handlers.size > 0 && this.options.cursors === undefined) {
      this.#log.warn('@OnVerdict handlers keep no place between runs: give TuttiModule `cursors`');
    }
  }

  /** Handlers end after the verdict in hand, before what they use is taken down. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all([...this.#handlers.values()].map(({ subscription }) => subscription.close()));
  }

  #subscribe(metadata: OnVerdictMetadata, wrapper: InstanceWrapper, method: string): void {
    const where = `${(wrapper.instance as object).constructor.name}.${method}`;
    if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) {
      throw new TuttiError('handler-invalid', '@OnVerdict needs a provider of which there is one', {
        where,
        mend: 'move the method to a provider that is neither request-scoped nor transient',
      });
    }
    const name = metadata.name ?? where;
    if (this.#handlers.has(name)) {
      throw new TuttiError('handler-invalid', `two @OnVerdict handlers are named ${name}`, {
        where,
        mend: 'give one of them another name: @OnVerdict(filter, { name })',
      });
    }
    const resume = this.#cursor(name);
    const handler = { name, failing: undefined } as Handler;
    handler.subscription = this.tutti.onVerdict(
      metadata.filter,
      async (verdict: Verdict) => {
        await (wrapper.instance as Record<string, (verdict: Verdict) => unknown>)[method]!(verdict);
        handler.failing = undefined;
      },
      {
        ...(resume === undefined ? {} : { resume }),
        onError: (error, { verdict, attempt, final }) => {
          const message = error instanceof Error ? error.message : String(error);
          handler.failing = message;
          const on = verdict === undefined ? '' : ` on ${verdict.position} (attempt ${attempt})`;
          this.#log.error(`${name}${on}: ${message}${final ? '; it gets no more verdicts' : ''}`, stackOf(error));
        },
      },
    );
    this.#handlers.set(name, handler);
  }

  #cursor(handler: string): string | CursorStore | undefined {
    const { cursors } = this.options;
    return typeof cursors === 'string' ? join(cursors, `${encodeURIComponent(handler)}.cursor`) : cursors?.(handler);
  }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
