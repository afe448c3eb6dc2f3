/** Accepted decisions by full type and contract version. */
export type ContractUse = Record<string, Record<number, number>>;

/** Adds one accepted decision under a contract (`order.ship@2`). */
export function countUse(use: ContractUse, contract: string): void {
  const at = contract.lastIndexOf('@');
  const versions = (use[contract.slice(0, at)] ??= {});
  const version = Number(contract.slice(at + 1));
  versions[version] = (versions[version] ?? 0) + 1;
}
