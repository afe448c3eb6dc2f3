const FIRST_MS = 50;
const MOST_MS = 2_000;

/**
 * Milliseconds to wait before attempt `attempt` (from 1): doubling from 50 ms to 2 s, each drawn from the upper half,
 * so that clients of one outage do not come back at once. What the backbone asks for (`Retry-After`) is the least.
 */
export function backOffMs(attempt: number, retryAfterMs = 0): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
  return Math.max(retryAfterMs + Math.random() * FIRST_MS, ceiling * (0.5 + Math.random() / 2));
}
