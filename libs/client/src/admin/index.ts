export type {
  Contract,
  Done,
  Edge,
  GivenModel,
  IssuedToken,
  ModelChange,
  ModelDifference,
  Participant,
  Published,
  PublishedModel,
  Scope,
  Status,
  Why,
} from './answers.js';
export { connectAdmin, type ConnectAdminOptions } from './connect-admin.js';
export { TuttiAdmin } from './tutti-admin.js';
