import { Decision, IsAmount, IsRole } from '@tutti/model';
import { IsIn, IsOptional, IsRFC3339, IsString, MaxLength, Min } from 'class-validator';

/** The contract of `order.place`, and what a TypeScript participant sends: the same bytes as in the YAML beside it. */
@Decision('order.place', {
  by: 'buyer',
  moves: 'new -> placed',
  requires: {
    sellerOpen: 'standing(data.seller).tier != "suspended"',
    honestPromise: 'data.promised >= at + days(policy.promise.least)',
  },
})
export class PlaceOrder {
  @IsRole('seller') seller!: string;
  @IsAmount('USD') @Min(1) total!: number;
  @IsIn(['electronics', 'books', 'home']) category!: 'electronics' | 'books' | 'home';
  @IsRFC3339() promised!: string;
  @IsOptional() @IsString() @MaxLength(256) note?: string;
}
