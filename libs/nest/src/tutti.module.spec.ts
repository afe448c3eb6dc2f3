import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplicationContext, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Accepted, Tutti, type Verdict } from '@tutti/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OnVerdict, TuttiHealth, TuttiModule } from './index.js';
import { BackboneDouble } from './testing/backbone-double.js';

let backbone: BackboneDouble;
let folder: string;
const running: INestApplicationContext[] = [];

beforeEach(async () => {
  backbone = await BackboneDouble.start();
  folder = await mkdtemp(join(tmpdir(), 'tutti-nest-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
  await backbone.stop();
  await rm(folder, { recursive: true });
});

async function start(module: new () => unknown): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  running.push(app);
  return app;
}

/** Verdicts a handler got, and a wait for so many. */
class Got {
  readonly ids: (string | undefined)[] = [];
  #wake: () => void = () => {};

  take(verdict: Verdict): void {
    this.ids.push(verdict.decision.id);
    this.#wake();
  }

  async until(count: number): Promise<(string | undefined)[]> {
    while (this.ids.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.ids;
  }
}

interface Marketplace {
  model: 'marketplace';
  decisions: { 'order.ship': { carrier: string }; 'order.cancel': { reason: string } };
  subjects: { order: { state: 'placed'; parties: Record<string, string>; keeps: Record<string, never> } };
  policies: Record<string, never>;
}

@Injectable()
class Shipping {
  readonly got = new Got();
  fail = false;

  constructor(readonly tutti: Tutti<Marketplace>) {}

  ship(order: string): Promise<Verdict<Marketplace, 'order'>> {
    return this.tutti.decide({ type: 'order.ship', subject: order, data: { carrier: 'carrier-1' } });
  }

  @OnVerdict({ types: ['order.cancel'], accepted: true, since: 'start' }, { name: 'stop-parcel' })
  async stopParcel(verdict: Accepted): Promise<void> {
    if (this.fail) throw new Error('the conveyor is stuck');
    this.got.take(verdict);
  }
}

function cancel(id: string): void {
  backbone.accept({ id, type: 'order.cancel', subject: `order-${id}`, source: '/participants/buyer-9' });
}

describe('TuttiModule', () => {
  it('injects a client that decides', async () => {
    @Module({
      imports: [TuttiModule.forRoot({ url: backbone.url, participant: 'seller-3' })],
      providers: [Shipping],
    })
    class AppModule {}
    const app = await start(AppModule);
    expect(await app.get(Shipping).ship('order-17')).toMatchObject({ accepted: true, subject: { id: 'order-17' } });
    expect(backbone.events[0]).toMatchObject({ source: '/participants/seller-3' });
  });

  it('is configured by other providers, and starts where the backbone is away', async () => {
    const { url, port } = backbone;
    await backbone.stop();

    @Injectable()
    class Settings {
      readonly url = url;
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    @Module({
      imports: [
        TuttiModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async (settings: Settings) => ({ url: settings.url, participant: 'seller-3', cursors: folder }),
        }),
      ],
      providers: [Shipping],
    })
    class AppModule {}
    const app = await start(AppModule);
    const down = await app.get(TuttiHealth).check();
    expect(down).toMatchObject({
      tutti: { status: 'down', connected: false, handlers: { 'stop-parcel': { connected: false } } },
    });

    backbone = await BackboneDouble.start(port);
    cancel('1');
    expect(await app.get(Shipping).got.until(1)).toEqual(['1']);
    const up = await app.get(TuttiHealth).check('backbone');
    expect(up).toMatchObject({
      backbone: { status: 'up', connected: true, handlers: { 'stop-parcel': { connected: true } } },
    });
  });

  it('hands verdicts to handlers, and goes on from their cursors in the next run', async () => {
    @Module({
      imports: [TuttiModule.forRoot({ url: backbone.url, cursors: folder })],
      providers: [Shipping],
    })
    class AppModule {}
    const first = await start(AppModule);
    cancel('1');
    backbone.accept({ id: 'x', type: 'order.ship', subject: 'order-x', source: '/participants/seller-3' });
    cancel('2');
    expect(await first.get(Shipping).got.until(2)).toEqual(['1', '2']);
    await first.close();
    expect(await readdir(folder)).toEqual(['stop-parcel.cursor']);
    expect(backbone.streams).toBe(0);

    cancel('3');
    const second = await start(AppModule);
    expect(await second.get(Shipping).got.until(1)).toEqual(['3']);
  });

  it('shows a failing handler as degraded, and gives it the verdict again', async () => {
    @Module({
      imports: [TuttiModule.forRoot({ url: backbone.url, cursors: folder })],
      providers: [Shipping],
    })
    class AppModule {}
    const app = await start(AppModule);
    const shipping = app.get(Shipping);
    const health = app.get(TuttiHealth);
    shipping.fail = true;
    cancel('1');
    const failing = { 'stop-parcel': { failing: 'the conveyor is stuck' } };
    await expect.poll(() => health.check()).toMatchObject({ tutti: { status: 'degraded', handlers: failing } });
    shipping.fail = false;
    expect(await shipping.got.until(1)).toEqual(['1']);
    await expect.poll(() => health.check()).toMatchObject({ tutti: { status: 'up' } });
  });

  it('lets providers decide while they shut down, and no longer', async () => {
    @Injectable()
    class Closing {
      last: Verdict | undefined;
      constructor(@Inject(Tutti) readonly tutti: Tutti) {}

      async onModuleDestroy(): Promise<void> {
        this.last = await this.tutti.decide({ type: 'shop.close', subject: 'shop', data: {} });
      }
    }
    @Module({
      imports: [TuttiModule.forRoot({ url: backbone.url, participant: 'seller-3' })],
      providers: [Closing],
    })
    class AppModule {}
    const app = await start(AppModule);
    const closing = app.get(Closing);
    await app.close();
    expect(closing.last).toMatchObject({ accepted: true });
    await expect(closing.tutti.subject('shop')).rejects.toMatchObject({ code: 'closed' });
  });

  it('refuses handlers it could not call, and two of one name', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @OnVerdict()
      take(): void {}
    }
    @Injectable()
    class Twice {
      @OnVerdict({}, { name: 'same' })
      one(): void {}

      @OnVerdict({}, { name: 'same' })
      other(): void {}
    }
    @Module({ imports: [TuttiModule.forRoot({ url: backbone.url })], providers: [PerRequest] })
    class WithRequestScope {}
    @Module({ imports: [TuttiModule.forRoot({ url: backbone.url })], providers: [Twice] })
    class WithTwo {}
    await expect(start(WithRequestScope)).rejects.toMatchObject({ code: 'handler-invalid', where: 'PerRequest.take' });
    await expect(start(WithTwo)).rejects.toMatchObject({ code: 'handler-invalid', where: 'Twice.other' });
  });
});
