import { ServiceVariables } from '@tutti/service';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, MinLength } from 'class-validator';

/**
 * Where it runs, from the environment: what the ecosystem *is* stands in the model alone. Every variable is optional.
 */
export class Environment extends ServiceVariables {
  /** Data folder, or `:memory:`. Default `.tutti`. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  TUTTI_DATA?: string;

  /** Whether a saved change of the model file is published. Default: on loopback. */
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown)))
  @IsBoolean({ message: 'must be true or false' })
  TUTTI_WATCH?: boolean;
}
