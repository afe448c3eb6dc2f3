import { Injectable, Module } from '@nestjs/common';
import { Tutti, type Verdict } from '@tutti/client';
import { OnVerdict, TuttiModule } from '@tutti/nest';

// #region nest
@Injectable()
export class Shipping {
  readonly stopped: string[] = [];

  constructor(private readonly tutti: Tutti) {}

  ship(order: string, tracking: string): Promise<Verdict> {
    return this.tutti.decide({ type: 'order.ship', subject: order, data: { carrier: 'carrier-1', tracking } });
  }

  @OnVerdict({ types: ['order.cancel'], accepted: true })
  stopParcel(verdict: Verdict): void {
    this.stopped.push(verdict.subject!.id);
  }
}

@Module({
  imports: [
    TuttiModule.forRootAsync({
      useFactory: () => ({
        url: process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400',
        participant: 'seller-3',
        // key: process.env['TUTTI_KEY'],        signs every decision
        // cursors: './cursors',                 a restart goes on where it stopped
      }),
    }),
  ],
  providers: [Shipping],
})
export class ShippingModule {}
// #endregion
