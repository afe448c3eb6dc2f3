/** Injection token of the running backbone. */
export const BACKBONE = Symbol('tutti:backbone');
/** Injection token of the function that computes the outcome hash. */
export const OUTCOME = Symbol('tutti:outcome');
/** Injection token of the function that says whether the service is ready, and what is away. */
export const STATUS = Symbol('tutti:status');
/** Injection token of the gauges that a composition adds. */
export const GAUGES = Symbol('tutti:gauges');
