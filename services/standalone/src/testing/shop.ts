/** A small shop with every kind of rule that a verdict can fail at. */
export const SHOP = `tutti: 1
model: shop
epoch: 1 day
open: [buyer, seller, carrier]
roles:
  buyer: orders
  seller: offers and ships
  carrier: moves parcels
  support: settles complaints
assets: { USD: 2 }
interaction:
  order:
    states: [placed, shipped, delivered, closed, cancelled, refunded]
    parties:
      buyer: place.by
      seller: place.seller
      carrier: ship.carrier
    keeps:
      total: place.total
    decisions:
      place:
        by: buyer
        moves: new -> placed
        data:
          seller: seller
          total: { type: USD, minimum: 1 }
          note?: string
        requires:
          affordable: data.total <= policy.limits.most || data.total > 1000000
          computable: data.total * 4096 >= 0
      ship:
        by: seller
        moves: placed -> shipped
        data: { carrier: carrier }
      deliver: { by: carrier, moves: shipped -> delivered, fact: true }
      cancel: { by: [buyer, seller], moves: placed -> cancelled }
      refund: { by: support, moves: delivered -> refunded, manual: true }
      close: { by: clock, moves: delivered -> closed, after: 7 days }
policies:
  limits:
    most: { type: USD, default: 100000, minimum: 1, maximum: 1000000 }
`;

/** The shop with another carrier property on \`ship\`, which everybody who ships today lacks: breaking. */
export const SHOP_BREAKING = SHOP.replace('{ carrier: carrier }', '{ carrier: carrier, tracking: string }');

/** The shop with one more optional property: nobody is broken. */
export const SHOP_WIDER = SHOP.replace('note?: string', 'note?: string\n          gift?: boolean');
