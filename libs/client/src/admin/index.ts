export { TuttiError } from '@tutti/kernel';
