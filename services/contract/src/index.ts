export { Access, type AccessOptions, mayBeOpen } from './access/access.js';
export { type Caller, type Scope } from './access/caller.js';
export type { OidcOptions } from './access/oidc-tokens.js';
export {
  type ContractApp,
  type ContractAppOptions,
  createContractApp,
  isLoopback,
  openAccess,
} from './contract-app.js';
export { ContractModule, type ContractModuleOptions } from './contract.module.js';
export { createHttpServer } from './http/http-server.js';
export { type Route, RouteTable } from './http/route-table.js';
export { openApiDocument } from './openapi/document.js';
export type { Problem, ProblemError } from './problem/problem.js';
