export type {
  CompiledDecision,
  CompiledModel,
  CompiledRequirement,
  CompiledSubject,
  Problem,
  RequirementOutcome,
  RequirementScope,
  SchemaProblem,
  Standing,
} from './compiled.js';
export type * from './definition.js';
