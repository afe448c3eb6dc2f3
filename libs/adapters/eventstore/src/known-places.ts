import type { BlockPlace } from './block-event.js';

const MOST = 256;

/** Places of some blocks of a stream. They never change, so that a place once known is right for ever. */
export class KnownPlaces {
  /** By number, so by first revision as well. */
  private places: BlockPlace[] = [];

  add(place: BlockPlace): void {
    const at = this.indexAfter(place.first);
    if (this.places[at - 1]?.number === place.number) return;
    this.places.splice(at, 0, place);
    // Every second is forgotten, the last never: it is where a writer and a follower go on.
    if (this.places.length > MOST) this.places = this.places.filter((_, index) => index % 2 === MOST % 2);
  }

  /** The nearest known blocks that begin at or before a revision, and after it. */
  around(revision: number): { below: BlockPlace | undefined; above: BlockPlace | undefined } {
    const at = this.indexAfter(revision);
    return { below: this.places[at - 1], above: this.places[at] };
  }

  /** Index of the first place that begins after a revision. */
  private indexAfter(revision: number): number {
    let low = 0;
    let high = this.places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.places[middle]!.first <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
