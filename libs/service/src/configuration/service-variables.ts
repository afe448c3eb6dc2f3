// Decorators of class-transformer need it before they run.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';
import { wholeNumber } from './read-variables.js';

/** Where a service runs and whom it believes, on one machine and on many. Every variable is optional. */
export class ServiceVariables {
  /** Path of the model file; the first argument wins. On many machines: published where the space has no model yet. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  TUTTI_MODEL?: string;

  /** Address to listen on. Default `127.0.0.1`. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  TUTTI_HOST?: string;

  /** Port to listen on; 0 takes a free one. Default 4400 (projection 4401, feedback 4402), or the next free one where this is not set. */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: 'must be a port: 0 to 65535' })
  @Min(0, { message: 'must be a port: 0 to 65535' })
  @Max(65_535, { message: 'must be a port: 0 to 65535' })
  TUTTI_PORT?: number;

  /** Partitions of a space that begins; fixed from then on. Default 4 (12 on many machines). */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: 'must be a whole number, 1 to 1024' })
  @Min(1, { message: 'must be a whole number, 1 to 1024' })
  @Max(1024, { message: 'must be a whole number, 1 to 1024' })
  TUTTI_PARTITIONS?: number;

  /** Whether a space that begins believes sources (`network`) or has them proven (`signed`). Default: on one machine network on loopback, else signed. */
  @IsOptional()
  @IsIn(['network', 'signed'], { message: 'must be network or signed' })
  TUTTI_TRUST?: 'network' | 'signed';

  /** Name of a space that begins. Needed on many machines. Default: the model's name. */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]{0,62}$/, { message: 'must be a lower-case name of up to 63 letters, digits and dashes' })
  TUTTI_SPACE?: string;

  /** `open` or `tokens`. Default: open until an operator's token is issued or configured, or OIDC is. */
  @IsOptional()
  @IsIn(['open', 'tokens'], { message: 'must be open or tokens' })
  TUTTI_ACCESS?: 'open' | 'tokens';

  /** A token with every scope: how the first operator gets in. */
  @IsOptional()
  @MinLength(32, { message: 'must have at least 32 characters; make one with: openssl rand -base64 32' })
  @MaxLength(512)
  TUTTI_OPERATOR_TOKEN?: string;

  /** Issuer whose JWTs are taken as tokens. */
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['https', 'http'] }, { message: 'must be an http or https URL' })
  TUTTI_OIDC_ISSUER?: string;

  /** Audience that the JWTs must name; needed with an issuer. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  TUTTI_OIDC_AUDIENCE?: string;

  /** Where the issuer's keys are. Default ISSUER/.well-known/jwks.json. */
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['https', 'http'] }, { message: 'must be an http or https URL' })
  TUTTI_OIDC_JWKS?: string;

  /** Claim that holds the participant's id. Default `sub`. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  TUTTI_OIDC_CLAIM?: string;

  /** Decisions a second that each participant may send over HTTP to one process; one second's worth at once. Default: as many as there are. */
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: 'must be a whole number of decisions a second, 1 or more' })
  @Min(1, { message: 'must be a whole number of decisions a second, 1 or more' })
  TUTTI_QUOTA?: number;

  /** Least level of the log on standard error. Default `warn`. */
  @IsOptional()
  @IsIn(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    message: 'must be silent, fatal, error, warn, info, debug or trace',
  })
  TUTTI_LOG?: string;
}
