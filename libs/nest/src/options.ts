import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { ConnectOptions, CursorStore } from '@tutti/client';

/** How the module connects, and where its handlers' places are kept. */
export interface TuttiModuleOptions extends ConnectOptions {
  /**
   * Where each `@OnVerdict` handler keeps its place: a folder (one file a handler), or what makes a store for a
   * handler's name. Without it every run begins where the handler's `since` says.
   */
  cursors?: string | ((handler: string) => CursorStore);
}

/** Options that are made by other providers. */
export interface TuttiModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  inject?: FactoryProvider['inject'];
  useFactory: (...dependencies: never[]) => TuttiModuleOptions | Promise<TuttiModuleOptions>;
}

/** Injection token of the options. */
export const TUTTI_OPTIONS = Symbol('TuttiModuleOptions');
