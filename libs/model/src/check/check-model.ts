import type { ModelDefinition } from '../definition.js';
import type { Places } from '../document/document.js';
import type { Findings } from '../problems/findings.js';

export function checkModel(_definition: ModelDefinition, _places: Places, _findings: Findings): void {}
