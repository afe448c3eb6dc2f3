import type { ModelDefinition } from '@tutti/model';
import type { Clock } from '../clock/clock.js';
import type { EpochPace } from '../opener/opener.js';
import type { Journal } from '../ports/journal.js';
import type { SubjectStore } from '../ports/store.js';
import type { DecisionIndex } from '../reading/decision-index.js';
import type { SpaceOptions } from './space.js';
import type { TaskOptions } from './task-settings.js';

/** The model a backbone is started with. */
export interface StartingModel {
  definition: ModelDefinition;
  by: string;
  because: string;
  /** Publish it also where the space has another one: a change of the file is a proposal that is taken at once. */
  evenIfChanged: boolean;
  /** Publish it although it breaks those who keep to the one in force. */
  breaking: boolean;
}

/** What a backbone in one process is made of. */
export interface BackboneOptions extends SpaceOptions, TaskOptions {
  /** Closed with the backbone. */
  journal: Journal;
  /** Closed with the backbone. */
  store: SubjectStore;
  /** Default: one that reads the whole journal for its answers. Closed with the backbone. */
  index?: DecisionIndex;
  /** Default: the machine's. */
  clock?: Clock;
  /** Default: at most one epoch in 200 ms, early after 100,000 decisions. */
  pace?: Partial<EpochPace>;
  model?: StartingModel;
}
