/** Version of the functions that judge and fold; in block headers and `EpochOpened`, so that a replay knows which to run. */
export const ENGINE = '1';
