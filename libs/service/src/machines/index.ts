export { type MachinesConfiguration, readMachines, type ServiceName } from '../configuration/machines-configuration.js';
export { MachinesVariables } from '../configuration/machines-variables.js';
export { startTask, type StartTask, type Task, type TaskGround } from './start-task.js';
export { Waiting } from './waiting.js';
