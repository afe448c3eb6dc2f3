export type { Answer, Backbone, BackboneStatus, Edge } from './backbone.js';
export type { ControlState } from './control/control-state.js';
export type { Authorship, OperatorAct } from './control/operator-act.js';
export type { Block, Journal } from './ports/journal.js';
export type { IntakeHandler, Log, LogRecord } from './ports/log.js';
export type { Checkpoint, StoredSubject, SubjectRow, SubjectStore } from './ports/store.js';
