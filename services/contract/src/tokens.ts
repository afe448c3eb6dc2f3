/** Injection token of the running backbone. */
export const BACKBONE = Symbol('tutti:backbone');
/** Injection token of the function that computes the outcome hash. */
export const OUTCOME = Symbol('tutti:outcome');
