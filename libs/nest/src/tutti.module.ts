import { type DynamicModule, Inject, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { connect, Tutti } from '@tutti/client';
import { TUTTI_OPTIONS, type TuttiModuleAsyncOptions, type TuttiModuleOptions } from './options.js';
import { TuttiHealth } from './tutti-health.js';
import { VerdictHandlers } from './verdict-handlers.js';

/**
 * A participant's client in a Nest application, for all its modules: inject `Tutti`, mark methods with `@OnVerdict`,
 * check `TuttiHealth`. The application starts also where the backbone is away.
 */
@Module({})
export class TuttiModule implements OnApplicationShutdown {
  constructor(@Inject(Tutti) private readonly tutti: Tutti) {}

  static forRoot(options: TuttiModuleOptions = {}): DynamicModule {
    return moduleOf({ provide: TUTTI_OPTIONS, useValue: options });
  }

  static forRootAsync({ imports, inject, useFactory }: TuttiModuleAsyncOptions): DynamicModule {
    return moduleOf({ provide: TUTTI_OPTIONS, inject: inject ?? [], useFactory }, imports);
  }

  /** Last of all: until then providers may still decide while they shut down. */
  async onApplicationShutdown(): Promise<void> {
    await this.tutti.close();
  }
}

function moduleOf(options: Provider, imports: DynamicModule['imports'] = []): DynamicModule {
  return {
    module: TuttiModule,
    global: true,
    imports: [...imports, DiscoveryModule, TerminusModule],
    providers: [
      options,
      {
        provide: Tutti,
        inject: [TUTTI_OPTIONS],
        useFactory: (connecting: TuttiModuleOptions): Promise<Tutti> => connect(connecting),
      },
      VerdictHandlers,
      TuttiHealth,
    ],
    exports: [Tutti, TuttiHealth],
  };
}
